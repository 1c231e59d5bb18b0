#include "common/tptoken.h"

#include <ctype.h>

/* ---- strings ---- */

char *tptoken_keep(struct tptokens *t, const char *s, size_t len)
{
	char *kept = t->string;

	if (len >= (size_t)(t->string_end - t->string))
		return NULL;
	memcpy(kept, s, len);
	kept[len] = 0;
	t->string += len + 1;
	return kept;
}

bool tptoken_append(struct tptokens *t, const char *s, size_t len)
{
	t->string--;
	return tptoken_keep(t, s, len);
}

/* ---- tokens ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t op_len(const char *at, size_t left)
{
	char c = at[0], second = left > 1 ? at[1] : 0, third = left > 2 ? at[2] : 0;

	if (c == '-' && second == '>')
		return 2;
	if (strchr("-+|&><", c)) {
		if (second != c)
			return second == '=' ? 2 : 1;
		return (c == '<' || c == '>') && third == '=' ? 3 : 2;
	}
	return (c == '!' || c == '=') && second == '=' ? 2 : 1;
}

/* The quoted string at t->at, and those that follow it, into one. */
static enum tptoken_type pass_quoted(struct tptokens *t)
{
	const char quote = *t->at;

	t->tok = tptoken_keep(t, "", 0);
	t->len = 0;
	do {
		const char *start = ++t->at;

		while (t->at < t->end && (*t->at != quote || t->at[-1] == '\\'))
			t->at++;
		if (t->at == t->end || !t->tok || !tptoken_append(t, start, t->at - start))
			return TOKEN_END;
		t->len += t->at++ - start;
		start = t->at;
		while (t->at < t->end && isspace((unsigned char)*t->at))
			t->at++;
		if (t->at == t->end || *t->at != '"')
			t->at = start;
	} while (quote == '"' && t->at < t->end && *t->at == '"');
	return quote == '"' ? TOKEN_STRING : TOKEN_CHAR;
}

/* Macros that kernels before 3.13 left in formats of mac80211. Source: kernel commit 811cb50baf63. */
static bool is_macro(struct tptokens *t)
{
	static const char *const macros[][2] = {
		{ "LOCAL_PR_FMT", "%s" },
		{ "STA_PR_FMT", " sta:%pM" },
		{ "VIF_PR_FMT", " vif:%p(%d)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		if (t->len == strlen(macros[i][0]) && !memcmp(t->tok, macros[i][0], t->len)) {
			t->tok = tptoken_keep(t, macros[i][1], strlen(macros[i][1]));
			t->len = strlen(macros[i][1]);
			return t->tok;
		}
	}
	return false;
}

static enum tptoken_type pass_token(struct tptokens *t)
{
	if (t->at == t->end)
		return TOKEN_END;
	if (*t->at == '"' || *t->at == '\'')
		return pass_quoted(t);
	if (is_word(*t->at)) {
		while (t->at < t->end && is_word(*t->at))
			t->at++;
		t->len = t->at - t->tok;
		return is_macro(t) ? TOKEN_STRING : TOKEN_ITEM;
	}
	if (!isprint((unsigned char)*t->at)) {
		t->at = t->end;
		return TOKEN_END;
	}
	t->len = op_len(t->at, t->end - t->at);
	t->at += t->len;
	return memchr("(),", *t->tok, 3) ? TOKEN_DELIM : TOKEN_OP;
}

void tptoken_next(struct tptokens *t)
{
	while (t->at < t->end && isspace((unsigned char)*t->at))
		t->at++;
	t->tok = t->at;
	t->len = 0;
	t->type = pass_token(t);
}

bool tptoken_is(const struct tptokens *t, const char *text)
{
	return t->len == strlen(text) && !memcmp(t->tok, text, t->len);
}

bool tptoken_is_op(const struct tptokens *t, const char *op)
{
	return t->type == TOKEN_OP && tptoken_is(t, op);
}

bool tptoken_is_delim(const struct tptokens *t, const char *delim)
{
	return t->type == TOKEN_DELIM && tptoken_is(t, delim);
}

bool tptoken_pass(struct tptokens *t, const char *delim)
{
	bool there = tptoken_is_delim(t, delim);

	tptoken_next(t);
	return there;
}

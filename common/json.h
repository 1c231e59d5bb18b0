/* json.h - the one thing about JSON that is easy to get wrong. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdio.h>

/* json_string() - @text as a JSON string, to @out; bytes that are not UTF-8 become U+FFFD. */
void json_string(FILE *out, const char *text);

/* utf8_len() - bytes of the UTF-8 character at @c; 0 when it is none (or an overlong or surrogate one). */
int utf8_len(const unsigned char *c);

#endif

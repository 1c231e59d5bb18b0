/* near.h - what the user may have meant. */
#ifndef COMMON_NEAR_H
#define COMMON_NEAR_H

#include <stddef.h>

/*
 * near_pick() - write the up to three of @names[0..nr) that are most like @word into @out
 * (of @room bytes), as "a, b or c". Empty when nothing is like it. Case and the difference of
 * '-' and '_' do not count much; a name that contains the word is near.
 * Returns the number of names written.
 */
int near_pick(char *out, size_t room, const char *word, const char *const *names, size_t nr);

#endif

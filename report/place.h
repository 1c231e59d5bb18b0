/*
 * place.h - where this program lies, and what belongs to it: its plug-ins, and rec.
 */
#ifndef REPORT_PLACE_H
#define REPORT_PLACE_H

#include "common/err.h"

#include <limits.h>
#include <stdbool.h>

#define PLACE_ROOM (PATH_MAX * 2)

/*
 * place_plugin() - the plug-in @file ("python.so"): in lib/recana beside the program that was just built, or
 * in PREFIX/lib/recana of PREFIX/bin/ana. @path is where it is, or would be.
 * Returns 1; 0: it is not there; or -1: ERR_SYS.
 */
int place_plugin(char path[PLACE_ROOM], const char *file, struct err *err);

/*
 * place_rec() - the rec that was built or installed with this program, with what PROGRAM_PREFIX both have in
 * front of their names; or, where it is not there, that name alone, to be looked for in PATH.
 * Returns 0, or -1: ERR_SYS.
 */
int place_rec(char path[PLACE_ROOM], struct err *err);

#endif

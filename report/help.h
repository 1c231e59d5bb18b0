/*
 * help.h - `ana help REPORT`: what a report says, what has to be recorded for it, its options, examples.
 * What is here in short is told at length by the man page.
 */
#ifndef REPORT_HELP_H
#define REPORT_HELP_H

#include "report/report.h"

#include <stdio.h>

void help_report(const struct report *r, FILE *out);
void help_repair(FILE *out);

#endif

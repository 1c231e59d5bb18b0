#include "report/regname.h"
#include "common/util.h"

#include <string.h>
#include <sys/utsname.h>

#define NR_REGS 64

struct reg_names {
	const char *at[NR_REGS]; /* NULL: the bit is of no register */
};

static const struct reg_names
	x86 = {
		{
			"AX",	 "BX",	  "CX",	   "DX",	  "SI",	   "DI",    "BP",
			"SP",	 "IP",	  "FLAGS", "CS",	  "SS",	   "DS",    "ES",
			"FS",	 "GS",	  "R8",	   "R9",	  "R10",   "R11",   "R12",
			"R13",	 "R14",	  "R15",   [32] = "XMM0", "XMM0",  "XMM1",  "XMM1",
			"XMM2",	 "XMM2",  "XMM3",  "XMM3",	  "XMM4",  "XMM4",  "XMM5",
			"XMM5",	 "XMM6",  "XMM6",  "XMM7",	  "XMM7",  "XMM8",  "XMM8",
			"XMM9",	 "XMM9",  "XMM10", "XMM10",	  "XMM11", "XMM11", "XMM12",
			"XMM12", "XMM13", "XMM13", "XMM14",	  "XMM14", "XMM15", "XMM15",
		}
	};

static const struct reg_names arm64 = { {
	"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",	 "x7",	"x8",  "x9",	    "x10", "x11",
	"x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",	    "x22", "x23",
	"x24", "x25", "x26", "x27", "x28", "x29", "lr",	 "sp",	"pc",  [46] = "vg",
} };

static const struct reg_names arm = { {
	"r0",
	"r1",
	"r2",
	"r3",
	"r4",
	"r5",
	"r6",
	"r7",
	"r8",
	"r9",
	"r10",
	"fp",
	"ip",
	"sp",
	"lr",
	"pc",
} };

static const struct reg_names mips = { {
	"PC",  "$1",  "$2",  "$3",  "$4",  "$5",  "$6",		"$7",  "$8",  "$9",
	"$10", "$11", "$12", "$13", "$14", "$15", "$16",	"$17", "$18", "$19",
	"$20", "$21", "$22", "$23", "$24", "$25", [28] = "$28", "$29", "$30", "$31",
} };

static const struct reg_names powerpc = { {
	"r0",	 "r1",	 "r2",	  "r3",	  "r4",	     "r5",    "r6",    "r7",	"r8",	 "r9",
	"r10",	 "r11",	 "r12",	  "r13",  "r14",     "r15",   "r16",   "r17",	"r18",	 "r19",
	"r20",	 "r21",	 "r22",	  "r23",  "r24",     "r25",   "r26",   "r27",	"r28",	 "r29",
	"r30",	 "r31",	 "nip",	  "msr",  "orig_r3", "ctr",   "link",  "xer",	"ccr",	 "softe",
	"trap",	 "dar",	 "dsisr", "sier", "mmcra",   "mmcr0", "mmcr1", "mmcr2", "mmcr3", "sier2",
	"sier3", "pmc1", "pmc2",  "pmc3", "pmc4",    "pmc5",  "pmc6",  "sdar",	"siar",
} };

static const struct reg_names s390 = { {
	"R0",  "R1",  "R2",   "R3",   "R4",   "R5",   "R6",   "R7",   "R8",   "R9",  "R10", "R11",
	"R12", "R13", "R14",  "R15",  "FP0",  "FP1",  "FP2",  "FP3",  "FP4",  "FP5", "FP6", "FP7",
	"FP8", "FP9", "FP10", "FP11", "FP12", "FP13", "FP14", "FP15", "MASK", "PC",
} };

/* By what uname -m begins with; the first one counts. */
static const struct {
	const char *prefix;
	const struct reg_names *names;
} archs[] = {
	{ "x86", &x86 },   { "i386", &x86 },	  { "i486", &x86 },	   { "i586", &x86 },
	{ "i686", &x86 },  { "aarch64", &arm64 }, { "arm64", &arm64 },	   { "arm", &arm },
	{ "mips", &mips }, { "ppc", &powerpc },	  { "powerpc", &powerpc }, { "s390", &s390 },
};

const struct reg_names *reg_names_find(const char *arch)
{
	struct utsname here;

	if (!arch && !uname(&here))
		arch = here.machine;
	for (size_t i = 0; arch && i < ARRAY_SIZE(archs); i++)
		if (!strncmp(arch, archs[i].prefix, strlen(archs[i].prefix)))
			return archs[i].names;
	return NULL;
}

const char *reg_name(const struct reg_names *regs, unsigned nr)
{
	const char *name = regs && nr < NR_REGS ? regs->at[nr] : NULL;

	return name ? name : "unknown";
}

// SPDX-License-Identifier: MIT
/*
 * Names of CPUs that the machine itself does not tell: microarchitectures of AMD's families, whose
 * code names libcpuid mixes up, and ARM's parts, of which /proc/cpuinfo has numbers only.
 */
#include <stddef.h>
#include <string.h>

#include "user/env/collect.h"

struct model_range { unsigned int family, low, high; const char *name; };

/* Source: Linux arch/x86/kernel/cpu/amd.c, bsp_init_amd(). */
static const struct model_range amd[] = {
	{ 0x15, 0x00, 0x0f, "Bulldozer" },	{ 0x15, 0x10, 0x2f, "Piledriver" },
	{ 0x15, 0x30, 0x5f, "Steamroller" },	{ 0x15, 0x60, 0x7f, "Excavator" },
	{ 0x17, 0x00, 0x2f, "Zen" },		{ 0x17, 0x50, 0x5f, "Zen" },
	{ 0x17, 0x30, 0x4f, "Zen 2" },		{ 0x17, 0x60, 0x7f, "Zen 2" },
	{ 0x17, 0x90, 0x91, "Zen 2" },		{ 0x17, 0xa0, 0xaf, "Zen 2" },
	{ 0x19, 0x00, 0x0f, "Zen 3" },		{ 0x19, 0x20, 0x5f, "Zen 3" },
	{ 0x19, 0x10, 0x1f, "Zen 4" },		{ 0x19, 0x60, 0xaf, "Zen 4" },
	{ 0x1a, 0x00, 0x2f, "Zen 5" },		{ 0x1a, 0x40, 0x4f, "Zen 5" },
	{ 0x1a, 0x60, 0x7f, "Zen 5" },		{ 0x1a, 0x50, 0x5f, "Zen 6" },
	{ 0x1a, 0x80, 0xaf, "Zen 6" },		{ 0x1a, 0xc0, 0xef, "Zen 6" },
};

const char *vmb_uarch_x86(const char *vendor, unsigned int family, unsigned int model)
{
	if (strcmp(vendor, "AuthenticAMD"))
		return NULL;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(amd); i++)
		if (amd[i].family == family && model >= amd[i].low && model <= amd[i].high)
			return amd[i].name;
	return NULL;
}

static const struct { const char *word, *name; } codename[] = {
	{ "Zambezi", "Bulldozer" },	{ "Interlagos", "Bulldozer" },
	{ "Abu Dhabi", "Piledriver" },	{ "Vishera", "Piledriver" },
	{ "Naples", "Zen" },		{ "Summit Ridge", "Zen" },
	{ "Rome", "Zen 2" },		{ "Matisse", "Zen 2" },		{ "Renoir", "Zen 2" },
	{ "Milan", "Zen 3" },		{ "Vermeer", "Zen 3" },		{ "Cezanne", "Zen 3" },
	{ "Genoa", "Zen 4" },		{ "Bergamo", "Zen 4" },		{ "Raphael", "Zen 4" },
	{ "Turin", "Zen 5" },		{ "Granite Ridge", "Zen 5" },
};

const char *vmb_uarch_codename(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(codename); i++)
		if (strstr(name, codename[i].word))
			return codename[i].name;
	return NULL;
}

/*
 * Source: MIDR_EL1 (Arm ARM D19.2.122) implementer and part number as in
 * Linux arch/arm64/include/asm/cputype.h.
 */
static const struct { unsigned int implementer, part; const char *name; } arm[] = {
	{ 0x41, 0xd03, "ARM Cortex-A53" },	{ 0x41, 0xd04, "ARM Cortex-A35" },
	{ 0x41, 0xd05, "ARM Cortex-A55" },	{ 0x41, 0xd07, "ARM Cortex-A57" },
	{ 0x41, 0xd08, "ARM Cortex-A72" },	{ 0x41, 0xd09, "ARM Cortex-A73" },
	{ 0x41, 0xd0a, "ARM Cortex-A75" },	{ 0x41, 0xd0b, "ARM Cortex-A76" },
	{ 0x41, 0xd0c, "ARM Neoverse-N1" },	{ 0x41, 0xd0d, "ARM Cortex-A77" },
	{ 0x41, 0xd40, "ARM Neoverse-V1" },	{ 0x41, 0xd41, "ARM Cortex-A78" },
	{ 0x41, 0xd44, "ARM Cortex-X1" },	{ 0x41, 0xd46, "ARM Cortex-A510" },
	{ 0x41, 0xd47, "ARM Cortex-A710" },	{ 0x41, 0xd48, "ARM Cortex-X2" },
	{ 0x41, 0xd49, "ARM Neoverse-N2" },	{ 0x41, 0xd4d, "ARM Cortex-A715" },
	{ 0x41, 0xd4e, "ARM Cortex-X3" },	{ 0x41, 0xd4f, "ARM Neoverse-V2" },
	{ 0x41, 0xd80, "ARM Cortex-A520" },	{ 0x41, 0xd81, "ARM Cortex-A720" },
	{ 0x41, 0xd82, "ARM Cortex-X4" },	{ 0x41, 0xd84, "ARM Neoverse-V3" },
	{ 0x41, 0xd8e, "ARM Neoverse-N3" },
	{ 0x43, 0x0af, "Cavium ThunderX2" },	{ 0x46, 0x001, "Fujitsu A64FX" },
	{ 0x48, 0xd01, "HiSilicon TSV110" },	{ 0x50, 0x000, "APM X-Gene" },
	{ 0x51, 0xc00, "Qualcomm Falkor" },
	{ 0x61, 0x022, "Apple M1 Icestorm" },	{ 0x61, 0x023, "Apple M1 Firestorm" },
	{ 0xc0, 0xac3, "Ampere-1" },		{ 0xc0, 0xac4, "Ampere-1A" },
};

const char *vmb_uarch_arm(unsigned int implementer, unsigned int part)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(arm); i++)
		if (arm[i].implementer == implementer && arm[i].part == part)
			return arm[i].name;
	return NULL;
}

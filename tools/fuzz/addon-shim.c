/* What the addon of Jazzer.js asks of a C library newer than the one at hand; the old functions do the same work here. */
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

/* Sets up std::cout, which an older libstdc++ does by itself. */
void _ZSt21ios_base_library_initv(void) {}

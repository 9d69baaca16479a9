#include "namerule.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

/* UTF-16 units, which is what the limits count. */
static size_t units(const char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		n += ((unsigned char) *s & 0xc0) != 0x80;
		n += (unsigned char) *s >= 0xf0;
	}
	return n;
}

/* "Web page, complete" keeps its pictures in such a folder: a thicket. */
static bool is_thicket(const char *leaf)
{
	static const char *const ends[] = {
		".files", "_files", "-Dateien", "_fichiers", "_bestanden", "_file", "_archivos", "-filer", "_tiedostot",
		"_pliki", "_soubory", "_elemei", "_ficheiros", "_arquivos", "_dosyalar", "_datoteke", "_fitxers",
		"_failid", "_fails", "_bylos", "_fajlovi", "_fitxategiak",
	};
	size_t n = strlen(leaf);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t k = strlen(ends[i]);

		if (n > k && str_eq_nocase(leaf + n - k, ends[i]))
			return true;
	}
	return false;
}

static bool is_reserved(const char *leaf)
{
	static const char *const names[] = { ".lock", "CON", "PRN", "AUX", "NUL", "desktop.ini" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq_nocase(leaf, names[i]))
			return true;
	if ((strncasecmp(leaf, "COM", 3) == 0 || strncasecmp(leaf, "LPT", 3) == 0) &&
	    isdigit((unsigned char) leaf[3]) && !leaf[4])
		return true;
	return strcasestr(leaf, "_vti_");
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char) *s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

/* 2007 to 2013. */
static bool is_bad_2013(const char *leaf)
{
	return strpbrk(leaf, "~\"#%&*:<>?/\\{|}") || *leaf == '.' || strstr(leaf, "..") || is_thicket(leaf);
}

static bool is_bad_later(const char *leaf, bool folder, bool root)
{
	return strpbrk(leaf, "\"*:<>?/\\|") || (folder && *leaf == '~') || str_starts(leaf, "~$") ||
	       is_reserved(leaf) || (folder && root && str_eq_nocase(leaf, "forms"));
}

enum namerule namerule_check(int version, const char *leaf, bool folder, bool root)
{
	size_t n = strlen(leaf);

	if (!n || leaf[n - 1] == '.' || leaf[n - 1] == ' ' || *leaf == ' ' || has_control(leaf))
		return NAME_BAD_CHARS;
	if (version < 16 ? is_bad_2013(leaf) : is_bad_later(leaf, folder, root))
		return NAME_BAD_CHARS;
	return units(leaf) > (version < 16 ? 128 : 255) ? NAME_TOO_LONG : NAME_GOOD;
}

enum namerule namerule_check_path(int version, const char *path)
{
	return units(path) > (version < 16 ? 260 : 400) ? NAME_TOO_LONG : NAME_GOOD;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the keys of the kernel's keyrings, one per line: keyring, type, description
 */
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void print_key(const char *keyring, int key)
{
	char text[1024], *type, *description;
	long size;

	size = syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, sizeof(text));
	if (size < 0 || size > (long)sizeof(text))
		return;
	/* type;uid;gid;permissions;description */
	type = strtok(text, ";");
	strtok(NULL, ";");
	strtok(NULL, ";");
	strtok(NULL, ";");
	description = strtok(NULL, "");
	printf("%s %s %s\n", keyring, type ?: "?", description ?: "");
}

static void print_keyring(const char *name, int keyring)
{
	int keys[1024];
	long size, i;

	size = syscall(SYS_keyctl, KEYCTL_READ, keyring, keys, sizeof(keys));
	if (size < 0)
		perror(name);
	for (i = 0; i < size / (long)sizeof(*keys) && i < 1024; i++)
		print_key(name, keys[i]);
}

int main(void)
{
	FILE *f = fopen("/proc/keys", "r");
	char line[1024], name[512];
	unsigned int id;

	if (!f) {
		perror("/proc/keys");
		return 1;
	}
	while (fgets(line, sizeof(line), f)) {
		/* id flags usage timeout permissions uid gid keyring name: keys */
		if (sscanf(line, "%x %*s %*s %*s %*s %*s %*s keyring %511[^:]",
			   &id, name) == 2 && name[0] == '.')
			print_keyring(name, id);
	}
	fclose(f);
	return 0;
}

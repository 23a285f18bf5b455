/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ROM_H
#define ROM_H

/* Load the image of the test driver once more, which measures it, and unload it */
EFI_STATUS load_driver_again(void);

#endif /* ROM_H */

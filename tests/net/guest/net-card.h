/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network card of the EFI test driver, for its function "net_card"
 *
 * The argument is a function, and the argument of that shifted by TEST_CARD_SHIFT.
 * The card receives all frames that it sends.
 */
#ifndef NET_CARD_H
#define NET_CARD_H

#define TEST_CARD_SHIFT	8

/* The address of the card */
#define TEST_CARD_MAC	{ 0x02, 0x65, 0x66, 0x69, 0x00, 0x01 }

/* Frames of this size, with its header, at most */
#define TEST_CARD_FRAME	1514

enum {
	/* A card of this kind appears, without faults */
	TEST_CARD_INSTALL,
	TEST_CARD_REMOVE,
	/* From now on the card has this fault */
	TEST_CARD_FAULT,
	/* A frame arrives. The firmware says that it has as many bytes as the argument. */
	TEST_CARD_PUSH,
	/* As many frames as the argument arrive at once, each a byte longer than the last */
	TEST_CARD_BURST,
	/* The value is that of the counter */
	TEST_CARD_COUNT,
};

/* Kinds */
enum {
	TEST_CARD_MNP,
	TEST_CARD_SNP,
	/* Modes that no Ethernet card has */
	TEST_CARD_NOT_ETHERNET,
	TEST_CARD_NO_PACKETS,
	TEST_CARD_NO_ADDRESS,
	/* Packets of 4 GiB */
	TEST_CARD_HUGE_PACKETS,
};

/* Faults */
enum {
	TEST_CARD_NO_FAULT,
	/* Transmit() fails once, or always */
	TEST_CARD_TX_ERROR_ONCE,
	TEST_CARD_TX_ERROR,
	/* The token of Transmit() fails once, or always (ManagedNetwork) */
	TEST_CARD_TX_STATUS_ONCE,
	TEST_CARD_TX_STATUS,
	/* Frames are taken, but never reported as sent */
	TEST_CARD_TX_NEVER,
	/* No frame can be taken now */
	TEST_CARD_TX_BUSY,
	/* A frame is reported as sent that was never passed (SimpleNetwork) */
	TEST_CARD_TX_STRANGE,
	TEST_CARD_NO_MEDIA,
	/* The reception fails once, or always */
	TEST_CARD_RX_ERROR_ONCE,
	TEST_CARD_RX_ERROR,
	/* The rest of the reception is of ManagedNetwork only */
	TEST_CARD_RX_REFUSE,		/* Receive() fails */
	TEST_CARD_RX_EMPTY,		/* a token succeeds without data */
	TEST_CARD_RX_EARLY,		/* the event of a token that has no frame yet */
	TEST_CARD_RX_HEADER,		/* lengths of the header and the data are wrong */
	TEST_CARD_POLL_ERROR,
	/* The card cannot be used: CreateChild(), Configure(), Initialize() */
	TEST_CARD_NO_CHILD,
	TEST_CARD_NO_CONFIGURE,
	TEST_CARD_NO_INITIALIZE,
	/* The firmware's driver does not give the card to Linux (SimpleNetwork) */
	TEST_CARD_NO_STOP,
	/* The card does not give back what it has taken when it ends */
	TEST_CARD_KEEP,
	/* The next frame makes the firmware take an exception */
	TEST_CARD_CRASH,
};

/* Counters */
enum {
	TEST_CARD_SENT,
	/* Calls that break the specification */
	TEST_CARD_BREACHES,
	/* Buffers of received frames that were not recycled */
	TEST_CARD_LENT,
	/* Instances of ManagedNetwork */
	TEST_CARD_CHILDREN,
	/* The firmware's driver is bound to the card (SimpleNetwork) */
	TEST_CARD_BOUND,
	/* Calls of the functions of the card */
	TEST_CARD_CALLS,
};

#endif /* NET_CARD_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the pump on the Simple Network Protocol, and of the guard
 *
 * The pump runs in the firmware's world, and is linked into the EFI image. It only
 * needs the rings and the card, so it is also built into this test, with a card that
 * the test simulates.
 */
#include <kunit/test.h>

#include "../boot/pump-ring.h"

/* The cards of this test are not protected */
#define efi_mode_write_protected(to, from, size)	memcpy(to, from, size)
#include "../boot/pump-guard.c"
#include "../boot/pump-snp.c"

/* Frames that the card can hold before it reports that they have been sent */
#define CARD_ROOM	5

#define MAX_FRAME	1518

/* Sizes of frames that the card cannot deliver */
#define TOO_LARGE	(EFI_MODE_PUMP_SLOT_SIZE + 1)
#define BROKEN		0

struct fake_card {
	struct efi_snp snp;
	struct efi_mode_pump rings;
	void *held[CARD_ROOM];
	unsigned int nr_held;
	bool keeps;			/* it never reports a frame as sent */
	bool lies;			/* it reports others than those it has sent */
	efi_status_t refuses;		/* status of Transmit(), if not 0 */
	const unsigned long *sizes;	/* of the frames to receive */
	unsigned int nr_sizes;
	unsigned int nr_received;
};

/* The last frame first: the order is not defined */
static efi_status_t __efiapi fake_get_status(struct efi_snp *snp, u32 *interrupts,
					     void **buffer)
{
	struct fake_card *card = container_of(snp, struct fake_card, snp);

	if (card->nr_held && !card->keeps)
		*buffer = card->held[--card->nr_held];
	if (card->lies && *buffer)
		*buffer = card;
	return EFI_SUCCESS;
}

static efi_status_t __efiapi
fake_transmit(struct efi_snp *snp, unsigned long header_size, unsigned long size,
	      void *buffer, struct efi_mac *source, struct efi_mac *destination,
	      u16 *protocol)
{
	struct fake_card *card = container_of(snp, struct fake_card, snp);

	if (card->refuses)
		return card->refuses;
	if (card->nr_held == CARD_ROOM)
		return EFI_NOT_READY;
	card->held[card->nr_held++] = buffer;
	return EFI_SUCCESS;
}

static efi_status_t __efiapi
fake_receive(struct efi_snp *snp, unsigned long *header_size, unsigned long *size,
	     void *buffer, struct efi_mac *source, struct efi_mac *destination,
	     u16 *protocol)
{
	struct fake_card *card = container_of(snp, struct fake_card, snp);
	unsigned long next;

	if (card->nr_received == card->nr_sizes)
		return EFI_NOT_READY;
	next = card->sizes[card->nr_received++];
	if (next == BROKEN)
		return EFI_DEVICE_ERROR;
	if (next > *size)
		return EFI_BUFFER_TOO_SMALL;
	*size = next;
	return EFI_SUCCESS;
}

static struct fake_card *fake_card(struct kunit *test)
{
	struct fake_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, card);
	card->snp.get_status = fake_get_status;
	card->snp.transmit = fake_transmit;
	card->snp.receive = fake_receive;
	card->rings.max_frame = MAX_FRAME;
	for (i = 0; i < EFI_MODE_PUMP_SLOTS; i++) {
		card->rings.tx[i].buffer = 0x1000 + i;
		card->rings.rx[i].buffer = 0x2000 + i;
	}
	return card;
}

static void put_frames(struct efi_mode_pump *rings, unsigned int nr)
{
	while (nr--)
		efi_mode_pump_slot(rings->tx, rings->tx_head++)->size = ETH_ZLEN;
}

static u64 count(const struct fake_card *card, enum efi_mode_pump_counter counter)
{
	return card->rings.counters[counter];
}

/* More frames than the card can hold, across the end of the ring */
static void pump_sends(struct kunit *test)
{
	struct fake_card *card = fake_card(test);
	struct efi_mode_pump *rings = &card->rings;
	unsigned int runs = 0;

	rings->tx_head = EFI_MODE_PUMP_SLOTS - 2;
	rings->tx_next = rings->tx_head;
	rings->tx_tail = rings->tx_head;
	put_frames(rings, EFI_MODE_PUMP_SLOTS);
	while (rings->tx_tail != rings->tx_head && runs++ < EFI_MODE_PUMP_SLOTS)
		snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, rings->tx_tail, rings->tx_head);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX), EFI_MODE_PUMP_SLOTS);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX_BYTES),
			EFI_MODE_PUMP_SLOTS * ETH_ZLEN);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX_ERRORS), 0);
	KUNIT_EXPECT_GT(test, count(card, EFI_MODE_PUMP_TX_BUSY), 0);
}

/* The kernel does not get a slot back that the card may still read */
static void pump_keeps_slots(struct kunit *test)
{
	struct fake_card *card = fake_card(test);
	struct efi_mode_pump *rings = &card->rings;

	card->keeps = true;
	put_frames(rings, 3);
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, rings->tx_next, 3);
	KUNIT_EXPECT_EQ(test, rings->tx_tail, 0);
	card->keeps = false;
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, rings->tx_tail, 3);
}

/* Each report is for one frame, whatever its address */
static void pump_accepts_any_address(struct kunit *test)
{
	struct fake_card *card = fake_card(test);
	struct efi_mode_pump *rings = &card->rings;

	card->lies = true;
	put_frames(rings, 3);
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, rings->tx_tail, 3);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX), 3);
}

static void pump_counts_refused(struct kunit *test)
{
	struct fake_card *card = fake_card(test);

	card->refuses = EFI_DEVICE_ERROR;
	put_frames(&card->rings, 2);
	snp_run(&card->snp, &card->rings);
	KUNIT_EXPECT_EQ(test, card->rings.tx_tail, 2);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX_ERRORS), 2);
	card->refuses = EFI_NO_MEDIA;
	put_frames(&card->rings, 1);
	snp_run(&card->snp, &card->rings);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX_NO_MEDIA), 1);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_TX), 0);
}

static void pump_receives(struct kunit *test)
{
	static const unsigned long sizes[] = {
		ETH_ZLEN, ETH_HLEN - 1, MAX_FRAME, TOO_LARGE, ETH_HLEN, MAX_FRAME + 1,
	};
	struct fake_card *card = fake_card(test);
	struct efi_mode_pump *rings = &card->rings;

	card->sizes = sizes;
	card->nr_sizes = ARRAY_SIZE(sizes);
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, rings->rx_head, 3);
	KUNIT_EXPECT_EQ(test, rings->rx[0].size, ETH_ZLEN);
	KUNIT_EXPECT_EQ(test, rings->rx[1].size, MAX_FRAME);
	KUNIT_EXPECT_EQ(test, rings->rx[2].size, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_RX_LENGTH), 3);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_RX_ERRORS), 0);
}

/* A full ring leaves frames in the card, and an error ends the run */
static void pump_stops(struct kunit *test)
{
	static unsigned long sizes[EFI_MODE_PUMP_SLOTS + 2];
	struct fake_card *card = fake_card(test);
	struct efi_mode_pump *rings = &card->rings;
	unsigned int i;

	for (i = 0; i < EFI_MODE_PUMP_SLOTS + 1; i++)
		sizes[i] = ETH_ZLEN;
	sizes[i] = BROKEN;
	card->sizes = sizes;
	card->nr_sizes = ARRAY_SIZE(sizes);
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, efi_mode_pump_rx_room(rings), 0);
	KUNIT_EXPECT_EQ(test, card->nr_received, EFI_MODE_PUMP_SLOTS);
	rings->rx_tail = rings->rx_head;
	snp_run(&card->snp, rings);
	KUNIT_EXPECT_EQ(test, card->nr_received, card->nr_sizes);
	KUNIT_EXPECT_EQ(test, rings->rx_head, EFI_MODE_PUMP_SLOTS + 1);
	KUNIT_EXPECT_EQ(test, count(card, EFI_MODE_PUMP_RX_ERRORS), 1);
}

#define GUARDED		{ 10, 0, 2, 15 }
#define IP(_protocol, _fragment, ...) {					\
	0x45, 0, 0, 40, 0, 0, 0, _fragment, 64, _protocol, 0xab, 0xcd,	\
	__VA_ARGS__, 10, 0, 2, 2 }

/* Headers of frames that the firmware sends, and whether the guard spoils them */
static const struct {
	const char *what;
	u8 ip[IP_SIZE];
	u8 data[TCP_SIZE];
	u16 type;
	bool spoilt;
} guard_frames[] = {
	{ "RST", IP(6, 0, 10, 0, 2, 15), { [TCP_FLAGS] = 0x04 }, ETH_P_IP, true },
	{ "RST, ACK", IP(6, 0, 10, 0, 2, 15), { [TCP_FLAGS] = 0x14 }, ETH_P_IP },
	{ "SYN", IP(6, 0, 10, 0, 2, 15), { [TCP_FLAGS] = 0x02 }, ETH_P_IP },
	{ "of another address", IP(6, 0, 10, 0, 2, 16), { [TCP_FLAGS] = 0x04 }, ETH_P_IP },
	{ "a later fragment", IP(6, 5, 10, 0, 2, 15), { [TCP_FLAGS] = 0x04 }, ETH_P_IP },
	{ "port unreachable", IP(1, 0, 10, 0, 2, 15), { 3, 3 }, ETH_P_IP, true },
	{ "host unreachable", IP(1, 0, 10, 0, 2, 15), { 3, 1 }, ETH_P_IP },
	{ "not IP", IP(6, 0, 10, 0, 2, 15), { [TCP_FLAGS] = 0x04 }, ETH_P_ARP },
};

static void guard_spoils(struct kunit *test)
{
	static const u8 address[] = GUARDED;
	struct efi_mode_pump *rings = kunit_kzalloc(test, sizeof(*rings), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, rings);
	memcpy(&rings->guarded_ip4, address, sizeof(address));
	for (i = 0; i < 2 * ARRAY_SIZE(guard_frames); i++) {
		typeof(&guard_frames[0]) f = &guard_frames[i / 2];
		u8 frame[ETH_HLEN + IP_SIZE + TCP_SIZE] = {};
		/* The type is an argument, or in the frame */
		const u16 *type = i % 2 ? &f->type : NULL;
		bool spoilt;

		if (!type) {
			frame[ETH_HLEN - 2] = f->type >> 8;
			frame[ETH_HLEN - 1] = f->type;
		}
		memcpy(frame + ETH_HLEN, f->ip, IP_SIZE);
		memcpy(frame + ETH_HLEN + IP_SIZE, f->data, TCP_SIZE);
		guard_check(rings, frame, sizeof(frame), type);
		spoilt = memcmp(frame + ETH_HLEN, f->ip, IP_SIZE);
		KUNIT_EXPECT_EQ_MSG(test, spoilt, f->spoilt, "%s", f->what);
	}
}

/* Nothing is guarded without an address, and nothing is read beyond a short frame */
static void guard_lets_pass(struct kunit *test)
{
	struct efi_mode_pump *rings = kunit_kzalloc(test, sizeof(*rings), GFP_KERNEL);
	u8 *frame = kunit_kzalloc(test, ETH_HLEN + IP_SIZE, GFP_KERNEL);
	static const u16 type = ETH_P_IP;

	KUNIT_ASSERT_NOT_NULL(test, rings);
	KUNIT_ASSERT_NOT_NULL(test, frame);
	memcpy(frame + ETH_HLEN, guard_frames[0].ip, IP_SIZE);
	guard_check(rings, frame, ETH_HLEN + IP_SIZE, &type);
	guard_check(NULL, frame, ETH_HLEN + IP_SIZE, &type);
	memcpy(&rings->guarded_ip4, guard_frames[0].ip + IP_SOURCE, sizeof(u32));
	guard_check(rings, frame, ETH_HLEN + IP_SIZE, &type);
	KUNIT_EXPECT_MEMEQ(test, frame + ETH_HLEN, guard_frames[0].ip, IP_SIZE);
}

static void guard_hooks(struct kunit *test)
{
	struct fake_card *card = fake_card(test);
	typeof(card->snp.transmit) before = card->snp.transmit;
	u8 frame[ETH_ZLEN] = {};

	efi_mode_pump_guard_start(&card->snp, &card->rings);
	KUNIT_EXPECT_PTR_EQ(test, card->snp.transmit, &guard_transmit);
	KUNIT_EXPECT_EQ(test, card->snp.transmit(&card->snp, 0, sizeof(frame), frame,
						 NULL, NULL, NULL), EFI_SUCCESS);
	KUNIT_EXPECT_EQ(test, card->nr_held, 1);
	efi_mode_pump_guard_stop(&card->snp, true);
	KUNIT_EXPECT_PTR_EQ(test, card->snp.transmit, before);

	/* A hook above that of the guard still works */
	efi_mode_pump_guard_start(&card->snp, &card->rings);
	card->snp.transmit = fake_transmit;
	efi_mode_pump_guard_stop(&card->snp, true);
	KUNIT_EXPECT_EQ(test, guard_transmit(&card->snp, 0, sizeof(frame), frame, NULL,
					     NULL, NULL), EFI_SUCCESS);
	efi_mode_pump_guard_stop(&card->snp, false);
	KUNIT_EXPECT_NULL(test, guard_of(&card->snp));
}

static struct kunit_case pump_cases[] = {
	KUNIT_CASE(pump_sends),
	KUNIT_CASE(pump_keeps_slots),
	KUNIT_CASE(pump_accepts_any_address),
	KUNIT_CASE(pump_counts_refused),
	KUNIT_CASE(pump_receives),
	KUNIT_CASE(pump_stops),
	KUNIT_CASE(guard_spoils),
	KUNIT_CASE(guard_lets_pass),
	KUNIT_CASE(guard_hooks),
	{}
};

static struct kunit_suite pump_suite = {
	.name = "efi-mode-pump",
	.test_cases = pump_cases,
};

kunit_test_suite(pump_suite);

MODULE_DESCRIPTION("KUnit tests of the pump for network cards");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send frames from each of the firmware's network cards to each other card
 *
 *	net-frames sizes CARDS		frames of all sizes
 *	net-frames leak CARDS		frames and changes of the interface's state without
 *					end: the firmware's memory stays the same
 *	net-frames removal CARDS	the firmware takes the first card out of its slot
 *					while all send
 *
 *	CARDS	number of cards. Their addresses are consecutive.
 *
 * The cards are in one Ethernet. Needs the EFI test driver, except for the sizes.
 */
#include "ledger.h"
#include "net-socket.h"

#define MAX_CARDS	4
#define LAST_BYTE	0x56
#define LONGEST		1514
#define SHORTEST	HEADER_SIZE
#define PADDED		60
#define BATCH		16
#define PATIENCE	5000	/* ms */

#define FIRST_CYCLES	10
#define CYCLES		1000
#define FRAMES		1000000

static struct card {
	uint8_t mac[MAC_SIZE];
	char name[IFNAMSIZ];
	int fd;
} cards[MAX_CARDS];

static int nr_cards, test_fd;

/* A frame that may come late. No other frame begins in this way. */
#define PROBE_SIZE	60
static const uint8_t probe[] = { 0xff, 0xff, 0xff, 0xff };

static uint64_t call(const char *function, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(test_fd, function, argument, &d))
		ksft_exit_fail_msg("%s of the EFI test driver: status %#llx\n", function,
				   (unsigned long long)d.status);
	return d.value;
}

static void find_cards(int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		struct card *c = &cards[i];
		uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, LAST_BYTE + i };

		memcpy(c->mac, mac, MAC_SIZE);
		if (!find_interface(mac, c->name))
			ksft_exit_fail_msg("there is no card %d\n", i);
	}
	nr_cards = nr;
}

static void up(struct card *c)
{
	int ms, error = set_up(c->name, true);

	if (error)
		ksft_exit_fail_msg("%s does not come up: %s\n", c->name, strerror(error));
	for (ms = 0; ms < PATIENCE && net_number(c->name, "carrier") != 1; ms += 10)
		usleep(10000);
	if (!c->fd)
		c->fd = open_frames(c->name);
}

static size_t padded(size_t size)
{
	return size < PADDED ? PADDED : size;
}

static bool arrives(struct card *from, struct card *to, size_t size, uint32_t number)
{
	static uint8_t sent[2048], came[2048];
	ssize_t n;

	memset(sent, 0, sizeof(sent));
	make_frame(sent, size, to->mac, from->mac, number);
	do
		n = next_frame(to->fd, came, sizeof(came), PATIENCE);
	while (n == PROBE_SIZE && !memcmp(came + HEADER_SIZE, probe, sizeof(probe)));
	if (n == (ssize_t)padded(size) && !memcmp(sent, came, n))
		return true;
	ksft_print_msg("a frame of %zu bytes from %s to %s: %zd bytes came\n", size,
		       from->name, to->name, n);
	return false;
}

/* Send some frames at once. Return: true if all arrive as they were sent, in order. */
static bool send_batch(struct card *from, struct card *to, const size_t *sizes,
		       unsigned int nr, uint32_t number)
{
	static uint8_t frame[2048];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		make_frame(frame, sizes[i], to->mac, from->mac, number + i);
		if (send(from->fd, frame, sizes[i], 0) != (ssize_t)sizes[i]) {
			ksft_print_msg("a frame of %zu bytes is not sent: %s\n", sizes[i],
				       strerror(errno));
			return false;
		}
	}
	for (i = 0; i < nr; i++)
		if (!arrives(from, to, sizes[i], number + i))
			return false;
	return true;
}

static void send_probe(struct card *from, struct card *to)
{
	uint8_t frame[PROBE_SIZE];

	make_frame(frame, sizeof(frame), to->mac, from->mac, 0);
	memcpy(frame + HEADER_SIZE, probe, sizeof(probe));
	send(from->fd, frame, sizeof(frame), 0);
}

/*
 * Some cards lose frames until the link is up. Cards without a filter of their own get
 * the frames of all cards, and the firmware drops 100 of them a second while Linux does
 * not use the card. So the receiver sends a frame, too.
 *
 * Return: true if a frame arrives
 */
static bool wait_link(struct card *from, struct card *to)
{
	uint8_t frame[PROBE_SIZE];
	int tries;

	for (tries = 0; tries < 100; tries++) {
		send_probe(to, from);
		send_probe(from, to);
		if (next_frame(to->fd, frame, sizeof(frame), 100) >= 0)
			return true;
	}
	ksft_print_msg("no frame arrives from %s at %s\n", from->name, to->name);
	return false;
}

/* @batch: some cards have room for a few frames only */
static bool all_sizes(struct card *from, struct card *to, unsigned int batch)
{
	size_t size = SHORTEST, sizes[BATCH];
	unsigned int nr;

	if (!wait_link(from, to))
		return false;
	while (size <= LONGEST) {
		for (nr = 0; nr < batch && size <= LONGEST; nr++)
			sizes[nr] = size++;
		if (!send_batch(from, to, sizes, nr, size))
			return false;
	}
	return true;
}

static bool no_errors(const struct card *c)
{
	return !net_number(c->name, "statistics/rx_errors") &&
	       !net_number(c->name, "statistics/tx_errors") &&
	       !net_number(c->name, "statistics/rx_dropped");
}

static void test_sizes(void)
{
	unsigned int batch = nr_cards > 2 ? 1 : BATCH;
	int i, j;

	ksft_set_plan(nr_cards * nr_cards);
	for (i = 0; i < nr_cards; i++)
		up(&cards[i]);
	for (i = 0; i < nr_cards; i++)
		for (j = 0; j < nr_cards; j++)
			if (i != j)
				ksft_test_result(all_sizes(&cards[i], &cards[j], batch),
						 "frames of %d to %d bytes from card %d to card %d\n",
						 SHORTEST, LONGEST, i, j);
	for (i = 0; i < nr_cards; i++)
		ksft_test_result(no_errors(&cards[i]), "card %d counts no errors\n", i);
}

/* All cards go up, exchange frames, and go down. Return: the number of frames, or -1. */
static long cycle(unsigned int frames)
{
	static const size_t sizes[BATCH] = {
		60, 1514, 61, 1000, 14, 1513, 64, 512, 60, 1514, 1514, 1514, 100, 60, 60, 1499,
	};
	long sent = 0;
	int i;

	for (i = 0; i < nr_cards; i++)
		up(&cards[i]);
	while (sent < frames)
		for (i = 0; i < nr_cards; i++, sent += BATCH)
			if (!send_batch(&cards[i], &cards[(i + 1) % nr_cards], sizes, BATCH, sent))
				return -1;
	for (i = 0; i < nr_cards; i++)
		if (set_up(cards[i].name, false))
			return -1;
	return sent;
}

static void test_leak(void)
{
	uint64_t start, first, last;
	struct ledger before, after;
	long frames = 0, sent = 0;
	int i;

	ksft_set_plan(3);
	for (i = 0; i < FIRST_CYCLES && sent >= 0; i++)
		sent = cycle(FRAMES / CYCLES);
	before = read_ledger();
	first = call("free_pages", 0);
	start = now_ns();
	for (i = 0; i < CYCLES && sent >= 0; i++, frames += sent)
		sent = cycle(FRAMES / CYCLES);
	last = call("free_pages", 0);
	after = read_ledger();
	ksft_test_result(sent >= 0 && frames >= FRAMES,
			 "%ld frames in %d cycles of up and down, %llu s\n", frames, i,
			 (unsigned long long)(now_ns() - start) / 1000000000);
	ksft_test_result(first == last,
			 "the firmware has %llu free pages, and had %llu after %d cycles\n",
			 (unsigned long long)last, (unsigned long long)first, FIRST_CYCLES);
	ksft_test_result(same_ledger(before, after), "Linux holds nothing more\n");
}

static pid_t start_sender(const struct card *from, const struct card *to)
{
	uint8_t frame[LONGEST];
	pid_t pid = fork();

	if (pid)
		return pid;
	make_frame(frame, sizeof(frame), to->mac, from->mac, 1);
	for (;;)
		if (send(from->fd, frame, sizeof(frame), 0) < 0)
			usleep(1000);
}

static bool wait_gone(const struct card *c)
{
	char name[IFNAMSIZ];
	int ms;

	for (ms = 0; ms < PATIENCE && find_interface(c->mac, name); ms += 10)
		usleep(10000);
	return ms < PATIENCE;
}

static void test_removal(void)
{
	static const size_t sizes[] = { 60, 1514, 777 };
	struct ledger before, after;
	pid_t senders[MAX_CARDS];
	int i;

	ksft_set_plan(4);
	before = read_ledger();
	for (i = 0; i < nr_cards; i++)
		up(&cards[i]);
	for (i = 0; i < nr_cards; i++)
		senders[i] = start_sender(&cards[i], &cards[(i + 1) % nr_cards]);
	sleep(1);
	/* For some time the driver of the firmware does not know that the card is gone */
	call("net_power_off", cards[0].mac[MAC_SIZE - 1]);
	usleep(300000);
	ksft_test_result(find_interface(cards[0].mac, cards[0].name),
			 "the slot has no power, the interface is still there\n");
	call("net_disconnect", 0);
	ksft_test_result(wait_gone(&cards[0]), "the interface is gone\n");
	for (i = 0; i < nr_cards; i++) {
		kill(senders[i], SIGKILL);
		waitpid(senders[i], NULL, 0);
	}
	usleep(500000);
	while (next_frame(cards[2].fd, &i, sizeof(i), 0) >= 0)
		;
	ksft_test_result(send_batch(&cards[1], &cards[2], sizes, 3, 1), "the others work\n");
	for (i = 1; i < nr_cards; i++)
		set_up(cards[i].name, false);
	after = read_ledger();
	ksft_test_result(after.pumps == before.pumps && after.buffers == before.buffers &&
			 after.events == before.events - 1 &&
			 after.abandoned == before.abandoned,
			 "nothing is left: buffers %d, were %d, events %d, were %d, abandoned %d\n",
			 after.buffers, before.buffers, after.events, before.events,
			 after.abandoned);
}

int main(int argc, char **argv)
{
	ksft_print_header();
	if (argc != 3 || atoi(argv[2]) < 2 || atoi(argv[2]) > MAX_CARDS)
		ksft_exit_fail_msg("usage: net-frames sizes|leak|removal CARDS\n");
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	find_cards(atoi(argv[2]));
	if (!strcmp(argv[1], "sizes")) {
		test_sizes();
	} else {
		test_fd = open_test_device();
		if (!strcmp(argv[1], "leak"))
			test_leak();
		else
			test_removal();
	}
	ksft_finished();
}

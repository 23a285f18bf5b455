// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the driver for network cards with a card that fails
 *
 * Needs the EFI test driver, whose card receives all frames that it sends.
 */
#include <sys/klog.h>

#include "ledger.h"
#include "net-card.h"
#include "net-socket.h"

#define PATIENCE	5000	/* ms */
#define SMALL		60
#define FLOOD		300
#define BURST		24

/* Runs of the pump in 100 ms: one each 0.5 ms, and some more at the begin */
#define MAX_RUNS	250

static const uint8_t mac[] = TEST_CARD_MAC;
static uint8_t frame[4096], answer[4096];
static char name[IFNAMSIZ];
static int test_fd, fd = -1;
static bool has_mnp;
static const char *kind_name;

static uint64_t card_status(unsigned int what, uint64_t argument, uint64_t *value)
{
	struct efi_mode_test_driver d;

	call_driver(test_fd, "net_card", what | argument << TEST_CARD_SHIFT, &d);
	*value = d.value;
	return d.status;
}

static uint64_t card(unsigned int what, uint64_t argument)
{
	uint64_t value, status = card_status(what, argument, &value);

	if (status)
		ksft_exit_fail_msg("function %u of the card: status %#llx\n", what,
				   (unsigned long long)status);
	return value;
}

static void set_fault(uint64_t fault)
{
	card(TEST_CARD_FAULT, fault);
}

static long long statistic(const char *counter)
{
	char file[64];

	snprintf(file, sizeof(file), "statistics/%s", counter);
	return net_number(name, file);
}

/* Wait until a counter has risen by @by. Return: the difference. */
static long long wait_risen(const char *counter, long long before, long long by)
{
	long long now;
	int ms;

	for (ms = 0; ms < PATIENCE / 2; ms += 10) {
		now = statistic(counter) - before;
		if (now >= by)
			break;
		usleep(10000);
	}
	return now;
}

/* A socket first reports that its interface has been down */
static void drain(void)
{
	do
		errno = 0;
	while (next_frame(fd, answer, sizeof(answer), 0) >= 0 || errno == ENETDOWN);
}

static bool send_frame(size_t size, uint32_t number)
{
	make_frame(frame, size, mac, mac, number);
	return send(fd, frame, size, MSG_DONTWAIT) == (ssize_t)size;
}

/* Return: true if a frame comes back as it was sent */
static bool returns(size_t size, uint32_t number)
{
	return send_frame(size, number) &&
	       next_frame(fd, answer, sizeof(answer), PATIENCE) == (ssize_t)size &&
	       !memcmp(frame, answer, size);
}

static bool works(void)
{
	drain();
	return returns(SMALL, 1) && returns(TEST_CARD_FRAME, 2) && returns(999, 3);
}

#define result(ok, format, ...)						\
	ksft_test_result(ok, "%s: " format "\n", kind_name, ##__VA_ARGS__)

static void up(void)
{
	int error = set_up(name, true), ms;

	if (error)
		ksft_exit_fail_msg("%s does not come up: %s\n", name, strerror(error));
	for (ms = 0; ms < PATIENCE && net_number(name, "carrier") != 1; ms += 10)
		usleep(10000);
	if (fd < 0)
		fd = open_frames(name);
}

/* Return: false if it takes too long */
static bool down(void)
{
	uint64_t start = now_ns();

	return !set_up(name, false) && now_ns() - start < PATIENCE * 1000000ULL;
}

/* @errors: the counter rises by this number, and as many frames are lost */
static void check_sending(uint64_t fault, unsigned int nr, unsigned int errors,
			  const char *what)
{
	long long before = statistic("tx_errors"), risen;
	unsigned int i, came = 0;

	drain();
	set_fault(fault);
	for (i = 0; i < nr; i++)
		send_frame(SMALL, i);
	risen = wait_risen("tx_errors", before, errors);
	while (came < nr - errors && next_frame(fd, answer, sizeof(answer), PATIENCE) >= 0)
		came++;
	set_fault(TEST_CARD_NO_FAULT);
	result(risen == errors && came == nr - errors && works(),
	       "%s: %lld errors, %u of %u frames came", what, risen, came, nr);
}

/* The frames are sent when the card has room again, and Linux does not ask all the time */
static void check_busy(uint64_t fault, const char *what)
{
	long long errors = statistic("tx_errors"), runs;
	unsigned int i, came = 0;

	set_fault(fault);
	for (i = 0; i < 3; i++)
		send_frame(SMALL, i);
	usleep(50000);
	runs = ethtool_counter(name, "pump_runs");
	usleep(100000);
	runs = ethtool_counter(name, "pump_runs") - runs;
	set_fault(TEST_CARD_NO_FAULT);
	while (came < 3 && next_frame(fd, answer, sizeof(answer), PATIENCE) >= 0)
		came++;
	result(came == 3 && runs <= MAX_RUNS && statistic("tx_errors") == errors && works(),
	       "%s: %u of 3 frames came later, %lld runs in 100 ms", what, came, runs);
}

/* The ring is full then, and nothing hangs */
static void check_never_sent(void)
{
	unsigned int i, sent = 0;
	bool ended;

	set_fault(TEST_CARD_TX_NEVER);
	for (i = 0; i < FLOOD; i++)
		sent += send_frame(SMALL, i);
	usleep(100000);
	ended = down();
	set_fault(TEST_CARD_NO_FAULT);
	up();
	result(ended && works(), "frames that are never reported as sent: %u of %u taken",
	       sent, FLOOD);
}

static void check_strange(void)
{
	unsigned int came = 0;

	drain();
	set_fault(TEST_CARD_TX_STRANGE);
	while (came < FLOOD && returns(SMALL, came))
		came++;
	set_fault(TEST_CARD_NO_FAULT);
	result(came == FLOOD, "a wrong address for each sent frame: %u of %u frames came", came,
	       FLOOD);
}

static bool wait_carrier(int carrier)
{
	int ms;

	for (ms = 0; ms < PATIENCE; ms += 10) {
		if (net_number(name, "carrier") == carrier)
			return true;
		usleep(10000);
	}
	return false;
}

static void check_medium(void)
{
	long long before = statistic("tx_carrier_errors"), lost;
	bool went, came;

	set_fault(TEST_CARD_NO_MEDIA);
	send_frame(SMALL, 1);
	lost = wait_risen("tx_carrier_errors", before, 1);
	went = wait_carrier(0);
	set_fault(TEST_CARD_NO_FAULT);
	came = wait_carrier(1);
	result(lost == 1 && went && came && works(),
	       "without a medium, a frame is an error, and there is no carrier");
}

/* While nothing is received, Linux does not ask all the time */
static void check_reception(uint64_t fault, bool error, bool once, const char *what)
{
	long long before = statistic("rx_errors"), risen, runs;
	unsigned int i;

	set_fault(fault);
	/* So that all tokens are passed again */
	for (i = 0; i < 40; i++)
		send_frame(SMALL, i);
	usleep(100000);
	risen = statistic("rx_errors") - before;
	runs = ethtool_counter(name, "pump_runs");
	usleep(100000);
	runs = ethtool_counter(name, "pump_runs") - runs;
	set_fault(TEST_CARD_NO_FAULT);
	usleep(50000);
	drain();
	card(TEST_CARD_PUSH, SMALL);
	result((once ? risen == 1 : error ? risen > 0 : !risen) && runs <= MAX_RUNS &&
	       next_frame(fd, answer, sizeof(answer), 500) == SMALL && works(),
	       "%s: %lld errors, then %lld runs in 100 ms", what, risen, runs);
}

/*
 * Fewer frames than the driver has tokens, so that the second time the firmware fills the
 * last tokens first
 */
static void check_order(void)
{
	int i, burst, ordered = 0;

	drain();
	for (burst = 0; burst < 2; burst++) {
		usleep(50000);
		card(TEST_CARD_BURST, BURST);
		for (i = 0; i < BURST; i++)
			ordered += next_frame(fd, answer, sizeof(answer), PATIENCE) == SMALL + i;
	}
	result(ordered == 2 * BURST, "%d of %d frames arrive in order", ordered, 2 * BURST);
}

/* Frames come although the firmware breaks the specification */
static void check_tolerated(uint64_t fault, const char *what)
{
	bool worked;

	set_fault(fault);
	worked = works();
	set_fault(TEST_CARD_NO_FAULT);
	result(worked && works(), "%s", what);
}

static void check_length(uint32_t size, bool valid)
{
	long long before = statistic("rx_length_errors"), risen;
	ssize_t came;

	drain();
	card(TEST_CARD_PUSH, size);
	came = next_frame(fd, answer, sizeof(answer), valid ? PATIENCE : 100);
	risen = wait_risen("rx_length_errors", before, !valid);
	result(valid ? came == (ssize_t)size && !risen : came < 0 && risen == 1,
	       "a frame of %u bytes is %s", size, valid ? "received" : "an error");
}

static void check_lengths(void)
{
	check_length(0, false);
	check_length(HEADER_SIZE - 1, false);
	check_length(HEADER_SIZE, true);
	check_length(TEST_CARD_FRAME, true);
	/* With a tag of a VLAN */
	check_length(TEST_CARD_FRAME + 4, true);
	check_length(TEST_CARD_FRAME + 5, false);
	check_length(2048, false);
	check_length(2049, false);
	check_length(0xffffffff, false);
}

/* A frame with a tag is longer than the firmware can send */
static void check_too_long(void)
{
	long long before = statistic("tx_errors");
	uint8_t tag[] = { 0x81, 0x00, 0x00, 0x01, FRAME_TYPE >> 8, FRAME_TYPE & 0xff };
	bool sent;

	make_frame(frame, TEST_CARD_FRAME + 4, mac, mac, 1);
	memcpy(frame + 2 * MAC_SIZE, tag, sizeof(tag));
	sent = send(fd, frame, TEST_CARD_FRAME + 4, 0) == TEST_CARD_FRAME + 4;
	result(sent && wait_risen("tx_errors", before, 1) == 1 && works(),
	       "a frame that is too long to send is an error");
}

static void check_not_up(uint64_t fault, int expected, const char *what)
{
	struct ledger before, after;
	int error;

	down();
	before = read_ledger();
	set_fault(fault);
	error = set_up(name, true);
	set_fault(TEST_CARD_NO_FAULT);
	after = read_ledger();
	up();
	result(error == expected && same_ledger(before, after) && works(),
	       "%s: error %d, and nothing is left", what, error);
}

/* The memory that the firmware keeps is not used again */
static void check_kept(void)
{
	struct ledger before = read_ledger(), after;
	bool ended;

	set_fault(TEST_CARD_KEEP);
	ended = down();
	after = read_ledger();
	set_fault(TEST_CARD_NO_FAULT);
	usleep(20000);
	up();
	result(ended && after.abandoned == before.abandoned + 2 &&
	       after.pumps == before.pumps - has_mnp && works(),
	       "a card that gives nothing back: %d buffers are abandoned",
	       after.abandoned - before.abandoned);
}

static bool appears(unsigned int kind)
{
	int ms;

	card(TEST_CARD_INSTALL, kind);
	for (ms = 0; ms < PATIENCE; ms += 10) {
		if (find_interface(mac, name))
			return true;
		usleep(10000);
	}
	return false;
}

static bool wait_gone(void)
{
	int ms;

	for (ms = 0; ms < PATIENCE && find_interface(mac, name); ms += 10)
		usleep(10000);
	return ms < PATIENCE;
}

/* The firmware removes the card while Linux sends */
static void check_removal(const struct ledger *first)
{
	uint64_t value, status;
	bool gone, refused = false;
	struct ledger last;
	pid_t sender;
	int ms;

	sender = fork();
	if (!sender)
		for (;;)
			if (!send_frame(SMALL, 1) && errno != ENOBUFS && errno != EAGAIN)
				_exit(0);
	usleep(100000);
	status = card_status(TEST_CARD_REMOVE, 0, &value);
	/* SimpleNetwork is Linux's until the interface is down */
	if (!has_mnp) {
		refused = status;
		down();
		card(TEST_CARD_REMOVE, 0);
	}
	gone = wait_gone();
	/* The interface goes before the rest */
	for (ms = 0; ms < PATIENCE; ms += 10) {
		last = read_ledger();
		last.abandoned = first->abandoned;
		if (same_ledger(*first, last))
			break;
		usleep(10000);
	}
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	close(fd);
	fd = -1;
	result(gone && refused != has_mnp && same_ledger(*first, last),
	       "a card that goes while Linux sends: status %#llx, and nothing is left but %d protocols, %d buffers, %d events, %d pumps",
	       (unsigned long long)status, last.protocols - first->protocols,
	       last.buffers - first->buffers, last.events - first->events,
	       last.pumps - first->pumps);
}

static void check_card(void)
{
	down();
	usleep(50000);
	result(!card(TEST_CARD_COUNT, TEST_CARD_BREACHES) &&
	       !card(TEST_CARD_COUNT, TEST_CARD_LENT) &&
	       !card(TEST_CARD_COUNT, TEST_CARD_CHILDREN) &&
	       card(TEST_CARD_COUNT, TEST_CARD_BOUND) == !has_mnp,
	       "%llu breaches of the specification, %llu frames not recycled, %llu instances, the firmware's driver bound %llu times",
	       (unsigned long long)card(TEST_CARD_COUNT, TEST_CARD_BREACHES),
	       (unsigned long long)card(TEST_CARD_COUNT, TEST_CARD_LENT),
	       (unsigned long long)card(TEST_CARD_COUNT, TEST_CARD_CHILDREN),
	       (unsigned long long)card(TEST_CARD_COUNT, TEST_CARD_BOUND));
	up();
}

static void test_both(void)
{
	result(works(), "frames come back");
	check_sending(TEST_CARD_TX_ERROR_ONCE, 3, 1, "EFI_DEVICE_ERROR once");
	check_sending(TEST_CARD_TX_ERROR, 3, 3, "EFI_DEVICE_ERROR always");
	check_busy(TEST_CARD_TX_BUSY, "a card without room");
	check_never_sent();
	check_medium();
	check_reception(TEST_CARD_RX_ERROR_ONCE, true, true, "one error of the reception");
	check_reception(TEST_CARD_RX_ERROR, true, false, "each reception fails");
	check_order();
	check_lengths();
	check_too_long();
	check_kept();
}

static void test_mnp(void)
{
	has_mnp = true;
	kind_name = "ManagedNetwork";
	test_both();
	check_sending(TEST_CARD_TX_STATUS_ONCE, 3, 0, "the token fails once");
	/* MnpDxe of edk2 reports this if the card has no room */
	check_busy(TEST_CARD_TX_STATUS, "each token fails for a while");
	check_sending(TEST_CARD_TX_STATUS, 3, 3, "each token fails for long");
	check_reception(TEST_CARD_RX_REFUSE, true, false, "Receive() fails");
	check_reception(TEST_CARD_RX_EMPTY, true, false, "tokens without data");
	check_tolerated(TEST_CARD_RX_EARLY, "the event of a token is signalled too early");
	check_tolerated(TEST_CARD_RX_HEADER, "wrong lengths of the header and the data");
	check_tolerated(TEST_CARD_POLL_ERROR, "Poll() fails");
	check_not_up(TEST_CARD_NO_CHILD, ENOMEM, "CreateChild() fails");
	check_not_up(TEST_CARD_NO_CONFIGURE, EIO, "Configure() fails");
}

static void test_snp(void)
{
	has_mnp = false;
	kind_name = "SimpleNetwork";
	test_both();
	check_strange();
	check_not_up(TEST_CARD_NO_STOP, EBUSY, "the firmware's driver keeps the card");
	check_not_up(TEST_CARD_NO_INITIALIZE, EIO, "Initialize() fails");
}

static void test_kind(unsigned int kind, void (*test)(void))
{
	struct ledger first = read_ledger();

	if (!appears(kind))
		ksft_exit_fail_msg("there is no interface\n");
	up();
	test();
	check_card();
	check_removal(&first);
}

static bool logged(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */

	log[n > 0 ? n : 0] = '\0';
	return strstr(log, text);
}

/* A card that is not an Ethernet card has no interface */
static void test_mode(unsigned int kind, const char *message, const char *what)
{
	int ms;

	card(TEST_CARD_INSTALL, kind);
	for (ms = 0; ms < PATIENCE && !logged(message); ms += 10)
		usleep(10000);
	ksft_test_result(ms < PATIENCE && !find_interface(mac, name),
			 "%s: no interface, and a message\n", what);
	card(TEST_CARD_REMOVE, 0);
}

static void test_huge(void)
{
	long long mtu;

	kind_name = "packets of 4 GiB";
	if (!appears(TEST_CARD_HUGE_PACKETS))
		ksft_exit_fail_msg("there is no interface\n");
	mtu = net_number(name, "mtu");
	up();
	result(mtu == 1500 && works(), "frames come back, MTU %lld", mtu);
	down();
	close(fd);
	card(TEST_CARD_REMOVE, 0);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(61);
	test_fd = open_test_device();
	/* The kernel sends no frames of its own then */
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	test_kind(TEST_CARD_MNP, test_mnp);
	test_kind(TEST_CARD_SNP, test_snp);
	test_mode(TEST_CARD_NOT_ETHERNET, "not an Ethernet card", "another kind of network");
	test_mode(TEST_CARD_NO_PACKETS, "packets of 0 bytes", "packets of 0 bytes");
	test_mode(TEST_CARD_NO_ADDRESS, "address 00:00:00:00:00:00", "no address");
	test_huge();
	ksft_finished();
}

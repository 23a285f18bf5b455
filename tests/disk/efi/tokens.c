// SPDX-License-Identifier: GPL-2.0-only
/*
 * BlockIo2 and DiskIo2 of the RAM disk: tokens that complete after a given
 * time, with an error, or never
 */
#include "disk-device.h"

#define BLOCK_IO2_GUID { 0xa77b2472, 0xe282, 0x4e9f,			\
	{ 0xa2, 0x45, 0xc2, 0xc0, 0xe2, 0x7b, 0xbc, 0xc1 } }
#define DISK_IO2_GUID { 0x151c8eae, 0x7f2c, 0x472c,			\
	{ 0x9e, 0x54, 0x98, 0x28, 0x19, 0x4f, 0x6a, 0x88 } }

#define MAX_TOKENS	64
#define FOR_EVER	0xffff

struct token {
	EFI_EVENT event;
	EFI_STATUS status;
};

typedef EFI_STATUS (EFIAPI *transfer_function)(void *this, UINT32 media_id,
					       UINT64 where, struct token *token,
					       UINTN size, void *buffer);

static struct {
	EFI_BLOCK_IO_MEDIA *media;
	void *reset;
	transfer_function read, write;
	void *flush;
} block2;

static struct {
	UINT64 revision;
	void *cancel;
	transfer_function read, write;
	void *flush;
} disk2;

static struct task {
	struct token *token;
	BOOLEAN write, lost;
	UINT64 offset;
	UINTN size;
	void *buffer;
	UINT64 due;
	EFI_STATUS status;
} tasks[MAX_TOKENS];

static EFI_GUID block2_guid = BLOCK_IO2_GUID;
static EFI_GUID disk2_guid = DISK_IO2_GUID;
static EFI_EVENT timer;
static BOOLEAN has_block2, has_disk2;
static UINT64 delay_ms, lose, fail_count;
static EFI_STATUS fail_status;
static volatile UINT64 tokens, most;

static UINT64 count(BOOLEAN lost)
{
	UINT64 n = 0, i;

	for (i = 0; i < MAX_TOKENS; i++)
		n += tasks[i].token && (lost || !tasks[i].lost);
	return n;
}

BOOLEAN tokens_in_flight(void)
{
	return count(TRUE);
}

static void complete(struct task *t)
{
	struct token *token = t->token;

	if (!EFI_ERROR(t->status))
		disk_copy(t->write, t->offset, t->size, t->buffer);
	token->status = t->status;
	t->token = NULL;
	uefi_call_wrapper(BS->SignalEvent, 1, token->event);
}

/* Complete tokens at each tick, at TPL_NOTIFY, as edk2's NVMe driver does */
static VOID EFIAPI look(EFI_EVENT event, VOID *unused)
{
	UINT64 now = rdtsc(), i;

	(void)event;
	(void)unused;
	for (i = 0; i < MAX_TOKENS; i++)
		if (tasks[i].token && !tasks[i].lost && now >= tasks[i].due)
			complete(&tasks[i]);
}

static struct task *new_task(void)
{
	UINT64 i;

	for (i = 0; i < MAX_TOKENS; i++)
		if (!tasks[i].token)
			return &tasks[i];
	return NULL;
}

/* Return: the status that the token will get */
static EFI_STATUS outcome(UINT64 offset, UINTN size)
{
	if (fail_count) {
		if (fail_count != FOR_EVER)
			fail_count--;
		return fail_status;
	}
	return disk_is_bad(offset / disk_block_size(), size) ?
	       EFI_DEVICE_ERROR : EFI_SUCCESS;
}

static EFI_STATUS start(BOOLEAN write, UINT32 media_id, UINT64 offset,
			struct token *token, UINTN size, void *buffer)
{
	EFI_STATUS status;
	struct task *t;
	EFI_TPL old;
	UINT64 n;

	status = disk_check(media_id, offset / disk_block_size(), size, buffer);
	if (EFI_ERROR(status))
		return status;
	if (!token || !token->event) {
		disk_breach();
		return EFI_INVALID_PARAMETER;
	}
	old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_NOTIFY);
	tokens++;
	t = new_task();
	if (t) {
		t->write = write;
		t->offset = offset;
		t->size = size;
		t->buffer = buffer;
		t->status = outcome(offset, size);
		t->due = rdtsc() + cycles(delay_ms * 1000);
		t->lost = lose > 0;
		if (lose)
			lose--;
		t->token = token;
		n = count(FALSE);
		if (n > most)
			most = n;
		if (!delay_ms && !t->lost)
			complete(t);
	}
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	return t ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI read_blocks(void *this, UINT32 media_id, UINT64 lba,
				     struct token *token, UINTN size,
				     void *buffer)
{
	(void)this;
	return start(FALSE, media_id, lba * disk_block_size(), token, size,
		     buffer);
}

static EFI_STATUS EFIAPI write_blocks(void *this, UINT32 media_id, UINT64 lba,
				      struct token *token, UINTN size,
				      void *buffer)
{
	(void)this;
	return start(TRUE, media_id, lba * disk_block_size(), token, size,
		     buffer);
}

static EFI_STATUS EFIAPI read_disk(void *this, UINT32 media_id, UINT64 offset,
				   struct token *token, UINTN size, void *buffer)
{
	(void)this;
	return start(FALSE, media_id, offset, token, size, buffer);
}

static EFI_STATUS EFIAPI write_disk(void *this, UINT32 media_id, UINT64 offset,
				    struct token *token, UINTN size,
				    void *buffer)
{
	(void)this;
	return start(TRUE, media_id, offset, token, size, buffer);
}

static void set_functions(BOOLEAN there)
{
	block2.read = there ? read_blocks : (void *)disk_stray;
	block2.write = there ? write_blocks : (void *)disk_stray;
	disk2.read = there ? read_disk : (void *)disk_stray;
	disk2.write = there ? write_disk : (void *)disk_stray;
	/* Linux must not call these functions */
	block2.reset = block2.flush = (void *)disk_stray;
	disk2.cancel = disk2.flush = (void *)disk_stray;
}

static EFI_STATUS start_timer(void)
{
	EFI_STATUS status = EFI_SUCCESS;

	if (!timer)
		status = uefi_call_wrapper(BS->CreateEvent, 5,
					   EVT_TIMER | EVT_NOTIFY_SIGNAL,
					   TPL_NOTIFY, (EFI_EVENT_NOTIFY)look,
					   NULL, &timer);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, timer, TimerPeriodic, 10000);
}

EFI_STATUS tokens_install(EFI_HANDLE handle, EFI_BLOCK_IO_MEDIA *media,
			  UINT64 with)
{
	EFI_STATUS status = start_timer();

	block2.media = media;
	disk2.revision = 0x20000;
	set_functions(TRUE);
	if (!EFI_ERROR(status) && with & TEST_DISK_WITH_BLOCKIO2) {
		status = uefi_call_wrapper(BS->InstallProtocolInterface, 4,
					   &handle, &block2_guid,
					   EFI_NATIVE_INTERFACE, &block2);
		has_block2 = !EFI_ERROR(status);
	}
	if (!EFI_ERROR(status) && with & TEST_DISK_WITH_DISKIO2) {
		status = uefi_call_wrapper(BS->InstallProtocolInterface, 4,
					   &handle, &disk2_guid,
					   EFI_NATIVE_INTERFACE, &disk2);
		has_disk2 = !EFI_ERROR(status);
	}
	return status;
}

/* Do not complete any more tokens, like a bad driver whose device is removed */
EFI_STATUS tokens_remove(EFI_HANDLE handle)
{
	EFI_STATUS status = EFI_SUCCESS;
	UINT64 i;

	if (has_block2)
		status = uefi_call_wrapper(BS->UninstallProtocolInterface, 3,
					   handle, &block2_guid, &block2);
	if (!EFI_ERROR(status) && has_disk2)
		status = uefi_call_wrapper(BS->UninstallProtocolInterface, 3,
					   handle, &disk2_guid, &disk2);
	if (EFI_ERROR(status))
		return status;
	has_block2 = has_disk2 = FALSE;
	set_functions(FALSE);
	uefi_call_wrapper(BS->SetTimer, 3, timer, TimerCancel, 0);
	for (i = 0; i < MAX_TOKENS; i++)
		tasks[i].lost = TRUE;
	return EFI_SUCCESS;
}

/* Complete the lost tokens late. Linux must not have freed their memory. */
static UINT64 find_lost(void)
{
	EFI_TPL old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_NOTIFY);
	UINT64 n = 0, i;

	for (i = 0; i < MAX_TOKENS; i++) {
		if (!tasks[i].token || !tasks[i].lost)
			continue;
		complete(&tasks[i]);
		n++;
	}
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	return n;
}

static UINT64 take(volatile UINT64 *counter)
{
	UINT64 value = *counter;

	*counter = 0;
	return value;
}

EFI_STATUS tokens_do(UINT64 what, UINT64 argument, UINT64 *value)
{
	switch (what) {
	case TEST_DISK_DELAY:
		delay_ms = argument;
		return EFI_SUCCESS;
	case TEST_DISK_FAIL_TOKEN:
		fail_status = EFIERR((argument & 0xff));
		fail_count = argument >> 8;
		return EFI_SUCCESS;
	case TEST_DISK_LOSE:
		lose = argument;
		return EFI_SUCCESS;
	case TEST_DISK_FIND:
		*value = find_lost();
		return EFI_SUCCESS;
	case TEST_DISK_TOKENS:
		*value = take(&tokens);
		return EFI_SUCCESS;
	case TEST_DISK_MOST:
		*value = take(&most);
		return EFI_SUCCESS;
	default:
		return EFI_INVALID_PARAMETER;
	}
}

#include "common/salvage.h"
#include "common/inflate.h"
#include "common/io.h"
#include "common/reader.h"
#include "common/resync.h"
#include "common/samplewalk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define KERNEL_TYPES_END 32  /* Linux 6.19 is at 23 */
#define USER_TYPES_END	 128 /* perf 7.2 is at 87 */
#define CPUS_MAX	 (1u << 20)
#define BAD_MAX		 65536
#define FAR_NS		 (30 * 86400ull * 1000000000) /* no two records that follow each other */
#define PAGE		 4096u			      /* the least that file systems write */
#define PIECE		 (1u << 20)
#define RAW_COMMON	 8u /* u16 type, u8 flags, u8 preempt count, s32 pid */

/* Where the scan is among compressed records. */
struct scan {
	struct salvage *salvage;
	struct reader reader;
	uint64_t run_off;     /* of the first compressed record since none was left open */
	uint64_t first_off;   /* of the first compressed record; 0: there was none */
	uint64_t record_off;  /* of the last compressed record; 0: there was none */
	uint64_t record_size; /* what came out of it */
	size_t left;	      /* bytes of a record that is open */
	uint64_t last_off;    /* of the last record that was not compressed */
	uint32_t last_type;   /* its type; 0: it was bad */
	uint64_t last_size;   /* bytes */
	struct resync resync; /* empty until something is damaged */
	bool gave_up;	      /* there is too much that nobody wrote */
};

/* Of a type that nobody writes: is it a record at all? */
static bool is_nobodys(const struct perf_event_header *rec)
{
	return !rec->type || rec->type >= USER_TYPES_END ||
	       (rec->type >= KERNEL_TYPES_END && rec->type < RECORD_USER_FIRST);
}

/*
 * Would perf read this record? *@event: whose it is, NULL for a user record. A sample is decoded.
 */
static bool is_good(const struct salvage *s, const struct perf_event_header *rec,
		    const struct event **event, struct sample *sample)
{
	*event = NULL;
	if (is_nobodys(rec))
		return false;
	if (rec->type >= RECORD_USER_FIRST)
		return true;
	*event = file_event(s->file, rec);
	if (!*event)
		return false;
	if (rec->type != PERF_RECORD_SAMPLE)
		return rec->size >= sizeof(*rec) + (*event)->layout.tail_size;
	*sample = (struct sample){ .time = UINT64_MAX, .cpu = UINT32_MAX };
	if (!(*event)->layout.parsable)
		return true;
	return !sample_parse(sample, &(*event)->layout, &(*event)->attr, rec) &&
	       sample->raw_size >= s->raw_need[(*event)->idx] &&
	       sample_walk(&(*event)->attr, rec, false, NULL, NULL) > 0;
}

static void note_sample(struct salvage *s, const struct event *event, const struct sample *sample)
{
	s->nr_samples++;
	if (sample->time && sample->time != UINT64_MAX) {
		if (!s->first_ns || sample->time < s->first_ns)
			s->first_ns = sample->time;
		s->last_ns = MAX(s->last_ns, sample->time);
	}
	if (sample->cpu < CPUS_MAX)
		s->nr_cpus = MAX(s->nr_cpus, sample->cpu + 1);
	formats_note(&s->seen[event->idx], event, sample);
}

/* One more record that is left out. Its neighbour may have been, too. */
static int add_bad(struct salvage *s, uint64_t off, uint64_t size, struct err *err)
{
	struct file_section *last = s->nr_bad ? &s->bad[s->nr_bad - 1] : NULL;

	if (last && last->offset + last->size == off) {
		last->size += size;
		return 0;
	}
	if (!s->bad || s->nr_bad == s->room_bad) {
		uint32_t room = s->room_bad ? s->room_bad * 2 : 64;
		void *bad = realloc(s->bad, room * sizeof(*s->bad));

		if (!bad)
			return fail_mem(err);
		s->bad = bad;
		s->room_bad = room;
	}
	s->bad[s->nr_bad++] = (struct file_section){ off, size };
	return 0;
}

/*
 * Of what was compressed nothing can be left out, as the rest needs it to be decompressed: so
 * from here on, everything is kept decompressed.
 */
static void inflate_from(struct salvage *s, uint64_t off)
{
	if (s->inflate)
		return;
	s->inflate = true;
	s->raw_end = off;
}

static void inflate_all(struct scan *c)
{
	c->salvage->inflate = true;
	c->salvage->raw_end = MIN(c->salvage->raw_end, c->first_off);
}

static int drop(struct scan *c, const struct block *b, const struct perf_event_header *rec,
		struct err *err)
{
	struct salvage *s = c->salvage;

	s->nr_dropped++;
	s->dropped_bytes += rec->size + b->payload;
	if (b->inflated)
		inflate_from(s, c->run_off);
	return b->inflated || s->inflate
		       ? 0
		       : add_bad(s, block_off(b, rec), rec->size + b->payload, err);
}

/* Is @rec, found behind a gap, one of this recording? Its event is known, its time not absurd. */
static bool is_one_of_ours(void *arg, const struct perf_event_header *rec)
{
	const struct salvage *s = arg;
	const struct event *event;
	struct sample sample;
	uint64_t time;

	if (!is_good(s, rec, &event, &sample))
		return false;
	time = record_time(&event->layout, rec);
	return !time || !s->last_ns || (time + FAR_NS > s->first_ns && time < s->last_ns + FAR_NS);
}

/*
 * Is @rec garbage that looks like a record, with records in what would be its bytes? Returns 1, 0, or -1
 * without memory.
 */
static int hides_records(struct scan *c, const struct block *b, const struct perf_event_header *rec,
			 struct err *err)
{
	struct resync *find = &c->resync;
	uint64_t off = block_off(b, rec), end = off + rec->size, data_end;

	if (b->inflated || !is_nobodys(rec))
		return 0;
	if (!find->bytes && resync_init(find, c->salvage->file, is_one_of_ours, c->salvage, err))
		return -1;
	data_end = find->end;
	find->end = end;
	off = resync_find(find, off + 8, 8);
	find->end = data_end;
	return off < end;
}

/* The reading stops at @rec, as where the reader fails. */
static int stop_at(struct scan *c, const struct block *b, const struct perf_event_header *rec,
		   struct err *damage)
{
	uint64_t off = block_off(b, rec);

	fail(damage, ERR_DATA, "%s: offset %#" PRIx64 ": record of type %u, which nobody writes",
	     c->salvage->file->path, off, rec->type);
	c->reader.stop_off = off;
	return 1;
}

/* A block out of a compressed record begins: is it the first out of that? */
static void enter_inflated(struct scan *c, const struct block *b)
{
	struct salvage *s = c->salvage;
	size_t more = b->end - b->start - c->left;

	if (b->off != c->record_off) {
		if (!c->left)
			c->run_off = b->off;
		if (!c->first_off)
			c->first_off = b->off;
		c->record_off = b->off;
		c->record_size = 0;
		s->nr_compressed++;
	}
	c->record_size += more;
	s->inflated_bytes += more;
	s->inflated_max = MAX(s->inflated_max, c->record_size);
}

static void note_record(struct scan *c, const struct perf_event_header *rec,
			const struct event *event, const struct sample *sample)
{
	struct salvage *s = c->salvage;

	s->nr_records++;
	if (rec->type == PERF_RECORD_SAMPLE)
		note_sample(s, event, sample);
	else if (rec->type == PERF_RECORD_MMAP)
		formats_note_kernel(&s->kernel, rec);
}

/* Returns 0, 1 with @damage where the reading shall stop, or -1. */
static int scan_block(struct scan *c, struct block *b, struct err *damage, struct err *err)
{
	const struct perf_event_header *rec;

	if (b->inflated)
		enter_inflated(c, b);
	while ((rec = block_next(b))) {
		const struct event *event;
		struct sample sample;
		bool good = is_good(c->salvage, rec, &event, &sample);
		int hides = good ? 0 : hides_records(c, b, rec, err);

		if (hides)
			return hides < 0 ? -1 : stop_at(c, b, rec, damage);
		if (!b->inflated) {
			c->last_off = block_off(b, rec);
			c->last_size = rec->size + b->payload;
			c->last_type = good ? rec->type : 0;
		}
		if (good)
			note_record(c, rec, event, &sample);
		else if (drop(c, b, rec, err))
			return -1;
	}
	if (b->inflated)
		c->left = b->end - b->at;
	return 0;
}

static int scan_blocks(struct scan *c, struct err *damage, struct err *err)
{
	struct salvage *s = c->salvage;
	struct block *b;

	while (reader_next(&c->reader, &b, damage) > 0) {
		int rc = scan_block(c, b, damage, err);

		if (rc)
			return MIN(rc, 0);
		if (c->reader.push.nr_mended) /* no perf can read it all as it is */
			inflate_all(c);
		if (s->nr_bad < BAD_MAX)
			continue;
		fail(damage, ERR_DATA,
		     "%s: offset %#" PRIx64 ": records that nobody writes, at more than %u places",
		     s->file->path, s->bad[s->nr_bad - 1].offset, BAD_MAX);
		c->reader.stop_off = b->payload ? b->payload_off : b->off + (b->at - b->start);
		c->gave_up = true;
		break;
	}
	return damage->code == ERR_MEM ? fail_mem(err) : 0;
}

/*
 * What is in front of @stop may end in zeros: of the record in front the first page may have reached
 * the disk and the next not. Then it has a size that is right, and zeros where it goes on. Returns
 * where it begins, else @stop.
 */
static uint64_t whole_until(const struct scan *c, uint64_t stop)
{
	const struct perf_file *f = c->salvage->file;
	uint64_t page = (stop - 1) / PAGE * PAGE, data_end = f->data.offset + f->data.size;
	uint64_t header_end = stop + sizeof(struct perf_event_header);

	if (stop >= data_end || !c->last_off || c->last_off < c->record_off ||
	    c->last_off >= page ||
	    !io_is_zero(f->fd, page, MIN(MAX(page + PAGE, header_end), data_end)))
		return stop;
	return c->last_off;
}

/* Of the last record nothing is kept, if it begins at @end or behind it. */
static void forget_last(struct scan *c, uint64_t end)
{
	struct salvage *s = c->salvage;

	if (c->last_off < end)
		return;
	if (c->last_type) {
		s->nr_records--;
		s->nr_samples -= c->last_type == PERF_RECORD_SAMPLE;
	} else {
		s->nr_dropped--;
		s->dropped_bytes -= c->last_size;
	}
	c->last_off = 0;
}

/* Did a frame begin before the failure of which nothing was given? The record is of no use then. */
static bool frame_gave_nothing(const struct scan *c)
{
	const struct reader *r = &c->reader;

	return r->inflate && inflate_is_open(r->inflate) && r->frame_off < r->stop_off &&
	       c->record_off < r->frame_off && c->last_off < r->frame_off;
}

/* Finds where the reading can go on behind gap->stop_off; that is the end of the data when it cannot. */
static void find_resume(struct scan *c, struct salvage_gap *gap)
{
	struct salvage *s = c->salvage;
	uint64_t stop = gap->stop_off, nr = 0, bytes = 0;
	struct resync *find = &c->resync;
	bool even = !s->nr_compressed && (stop - s->file->data.offset) % 8 == 0;

	if (frame_gave_nothing(c)) {
		gap->keep_end = MIN(gap->keep_end, c->reader.frame_off);
		gap->resume = stop;
		s->nr_broken++;
		s->broken_bytes += stop - c->reader.frame_off;
		if (resync_is_frame(find, stop))
			return;
	}
	gap->resume = resync_skip_compressed(find, stop, &nr, &bytes);
	if (nr && resync_holds(find, gap->resume)) {
		s->nr_broken += nr;
		s->broken_bytes += bytes;
		return;
	}
	/* Its size may be wrong, too. */
	even = even && !nr;
	gap->resume = resync_find(find, stop + (even ? 8 : 1), even ? 8 : 1);
}

static int add_gap(struct salvage *s, const struct salvage_gap *gap, struct err *err)
{
	if (s->nr_gaps == s->room_gaps) {
		uint32_t room = s->room_gaps ? s->room_gaps * 2 : 16;
		struct salvage_gap *gaps = realloc(s->gaps, room * sizeof(*gaps));

		if (!gaps)
			return fail_mem(err);
		s->gaps = gaps;
		s->room_gaps = room;
	}
	s->gaps[s->nr_gaps++] = *gap;
	return s->inflate ? 0 : add_bad(s, gap->keep_end, gap->resume - gap->keep_end, err);
}

/*
 * The reader failed: it goes on where there are records again. Returns 1, 0 when there are none, or
 * -1.
 */
static int go_on(struct scan *c, struct err *err)
{
	struct salvage *s = c->salvage;
	uint64_t stop = c->reader.stop_off, broken_bytes = s->broken_bytes, torn;
	struct salvage_gap gap = { .stop_off = stop, .keep_end = whole_until(c, stop) };

	if (c->gave_up || s->nr_gaps >= BAD_MAX ||
	    stop >= s->file->data.offset + s->file->data.size)
		return 0;
	if (!c->resync.bytes && resync_init(&c->resync, s->file, is_one_of_ours, s, err))
		return -1;
	find_resume(c, &gap);
	if (gap.resume >= s->file->data.offset + s->file->data.size &&
	    s->broken_bytes == broken_bytes)
		return 0;
	forget_last(c, gap.keep_end);
	/* Of what was compressed and is kept, the end must not need what is left out. */
	if (c->left || (c->record_off && c->record_off == stop))
		inflate_from(s, c->run_off);
	else if (gap.keep_end > c->reader.frame_off && c->reader.inflate &&
		 inflate_is_open(c->reader.inflate))
		inflate_from(s, gap.keep_end);
	torn = gap.resume - gap.keep_end - (s->broken_bytes - broken_bytes);
	if (torn && !s->nr_torn++)
		s->torn_off = gap.keep_end;
	s->torn_bytes += torn;
	if (add_gap(s, &gap, err))
		return -1;
	c->left = 0;
	c->last_off = 0;
	reader_go_on(&c->reader, gap.resume);
	return 1;
}

/* The last record is longer than the data: it may have a wrong size, with others behind it. */
static bool ends_in_record(const struct reader *r)
{
	return r->partial && r->used < r->have;
}

/* All records that there are, up to the end or to where there are no more. */
static int scan_all(struct scan *c, struct err *err)
{
	struct salvage *s = c->salvage;

	for (;;) {
		struct err damage = { 0 };
		int rc;

		if (scan_blocks(c, &damage, err))
			return -1;
		if (!s->damage.code)
			s->damage = damage;
		rc = damage.code == ERR_DATA || ends_in_record(&c->reader) ? go_on(c, err) : 0;
		if (rc <= 0)
			return rc;
	}
}

static void settle(struct scan *c)
{
	struct salvage *s = c->salvage;
	const struct reader *r = &c->reader;

	s->partial = r->partial;
	s->zeros = r->zeros;
	s->nr_mended = r->push.nr_mended;
	s->stop_off = whole_until(c, r->stop_off);
	s->half = s->stop_off == r->stop_off ? 0 : r->stop_off - (r->stop_off - 1) / PAGE * PAGE;
	/* Of that, or of a record whose payload was cut, nothing is kept. */
	forget_last(c, s->stop_off);
	/* A record is open, or the compressed record that could not be used up gave some. */
	if (c->record_off && (c->left || c->record_off == s->stop_off))
		inflate_from(s, c->run_off);
	if (!s->inflate)
		s->raw_end = s->stop_off;
}

/* Every tracepoint has the fields that all have in common, also one without a format. */
static uint64_t raw_need(const struct event *ev)
{
	if (ev->attr.type != PERF_TYPE_TRACEPOINT || !(ev->attr.sample_type & PERF_SAMPLE_RAW))
		return 0;
	return ev->tp ? MAX(tp_raw_need(ev->tp), RAW_COMMON) : RAW_COMMON;
}

int salvage_scan(struct salvage *s, struct perf_file *file, struct err *err)
{
	struct scan c = { .salvage = s };
	int rc;

	*s = (struct salvage){
		.file = file,
		.seen = calloc(file->nr_events, sizeof(*s->seen)),
		.raw_need = calloc(file->nr_events, sizeof(*s->raw_need)),
		.raw_end = UINT64_MAX,
	};
	if (!s->seen || !s->raw_need)
		return fail_mem(err);
	for (uint32_t i = 0; i < file->nr_events; i++)
		s->raw_need[i] = raw_need(&file->events[i]);
	/* One thread: where a compressed record ends that is cut, only the reader itself knows. */
	if (reader_open(&c.reader, file, err))
		return -1;
	rc = scan_all(&c, err);
	settle(&c);
	resync_release(&c.resync);
	reader_close(&c.reader);
	return rc;
}

uint64_t salvage_lost_bytes(const struct salvage *s)
{
	uint64_t end = s->file->data.offset + s->file->data.size;

	return end > s->stop_off ? end - s->stop_off : 0;
}

bool salvage_is_whole(const struct salvage *s)
{
	const struct perf_file *f = s->file;

	return !f->unfinished && !f->cut && !f->table_lost && !f->no_formats && !s->damage.code &&
	       !s->nr_dropped && !s->nr_mended && !salvage_lost_bytes(s) && !formats_missing(f) &&
	       !f->tps.nr_bad && (!s->nr_compressed || f->features[FEATURE_COMPRESSED].size);
}

/* Copies [off, end) of the file in large pieces. */
static int copy_range(const struct salvage *s, struct writer *w, uint64_t off, uint64_t end,
		      char *piece, struct err *err)
{
	while (off < end) {
		ssize_t got = io_pread(s->file->fd, piece, MIN(PIECE, end - off), off);

		if (got <= 0)
			return fail(err, ERR_IO, "%s: cannot read at offset %#" PRIx64 ": %s",
				    s->file->path, off,
				    got ? strerror(errno) : "the file became shorter meanwhile");
		if (writer_push(w, piece, got, err))
			return -1;
		off += got;
	}
	return 0;
}

static int copy_raw(const struct salvage *s, struct writer *w, char *piece, struct err *err)
{
	uint64_t off = s->file->data.offset;
	int rc = 0;

	for (uint32_t i = 0; i < s->nr_bad && s->bad[i].offset < s->raw_end && !rc; i++) {
		rc = copy_range(s, w, off, s->bad[i].offset, piece, err);
		off = s->bad[i].offset + s->bad[i].size;
	}
	return rc ? rc : copy_range(s, w, off, s->raw_end, piece, err);
}

/* Is this record one to keep, of what is copied record by record up to @keep_end? */
static bool is_kept(const struct salvage *s, const struct block *b,
		    const struct perf_event_header *rec, uint64_t keep_end)
{
	const struct event *event;
	struct sample sample;

	if (!b->inflated && block_off(b, rec) >= keep_end)
		return false;
	return is_good(s, rec, &event, &sample);
}

/* Pushes the good records of a block, runs of them at once, and the payload behind the last. */
static int copy_block(const struct salvage *s, struct block *b, uint64_t keep_end, struct writer *w,
		      char *piece, struct err *err)
{
	const struct perf_event_header *rec;
	const char *from = b->at;
	bool kept = false;
	uint64_t end;

	while ((rec = block_next(b))) {
		const char *at = (const char *)rec;

		kept = is_kept(s, b, rec, keep_end);
		if (kept)
			continue;
		if (writer_push(w, from, at - from, err))
			return -1;
		from = at + rec->size;
	}
	if (writer_push(w, from, b->at - from, err))
		return -1;
	end = b->off + (b->at - b->start);
	if (!b->payload || !kept)
		return 0;
	return copy_range(s, w, end, end + b->payload, piece, err);
}

/* Where the scan stopped at what the reader takes for a record: goes on behind @gap. */
static bool leave_block(struct reader *r, const struct block *b, const struct salvage_gap *gap)
{
	if (b->inflated || gap->stop_off >= b->off + (b->at - b->start))
		return false;
	reader_go_on(r, gap->resume);
	return true;
}

/* Goes on behind @gap if that is where the reader failed, as the scan did. */
static bool pass_gap(struct reader *r, const struct salvage_gap *gap)
{
	if (r->stop_off != gap->stop_off)
		return false;
	reader_go_on(r, gap->resume);
	return true;
}

/* Decompresses all once more, and keeps what is behind raw_end. The scan has told the damage. */
static int copy_inflated(const struct salvage *s, struct writer *w, char *piece, struct err *err)
{
	uint32_t nr_passed = 0; /* gaps */
	struct err damage = { 0 };
	struct reader r;
	struct block *b;
	int rc = 0, got;

	if (reader_open(&r, s->file, err))
		return -1;
	if (!s->nr_gaps)
		reader_use_threads(&r);
	while (!rc) {
		const struct salvage_gap *gap = nr_passed < s->nr_gaps ? &s->gaps[nr_passed] : NULL;

		got = reader_next(&r, &b, &damage);
		if (got <= 0 && gap && pass_gap(&r, gap)) {
			nr_passed++;
			continue;
		}
		if (got <= 0 || b->off > s->stop_off)
			break;
		if (b->off >= s->raw_end)
			rc = copy_block(s, b, gap ? gap->keep_end : s->stop_off, w, piece, err);
		else
			while (block_next(b))
				;
		nr_passed += gap && leave_block(&r, b, gap);
	}
	reader_close(&r);
	return damage.code == ERR_MEM ? fail_mem(err) : rc;
}

int salvage_copy(const struct salvage *s, struct writer *w, struct err *err)
{
	char *piece = malloc(PIECE);
	int rc = piece ? 0 : fail_mem(err);

	if (!rc)
		rc = copy_raw(s, w, piece, err);
	if (!rc && s->inflate)
		rc = copy_inflated(s, w, piece, err);
	free(piece);
	return rc;
}

void salvage_release(struct salvage *s)
{
	free(s->bad);
	free(s->gaps);
	free(s->seen);
	free(s->raw_need);
	*s = (struct salvage){ 0 };
}

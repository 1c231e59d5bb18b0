/*
 * frames.c - frames FILE: decompress the zstd frames of FILE, one behind the other, on all CPUs, and do
 * nothing with what comes out: the floor for who reads a compressed recording.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define THREADS_MAX 256

struct frames {
	const char *data;
	size_t *offs; /* of nr frames, and behind the last */
	size_t nr, largest;
	atomic_size_t next;
};

static void die(const char *what)
{
	fprintf(stderr, "frames: %s\n", what);
	exit(1);
}

static void *work(void *arg)
{
	struct frames *f = arg;
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	char *out = malloc(f->largest);
	size_t i;

	if (!zstd || !out)
		die("no memory");
	while ((i = atomic_fetch_add(&f->next, 1)) < f->nr)
		if (ZSTD_isError(ZSTD_decompressDCtx(zstd, out, f->largest, f->data + f->offs[i],
						     f->offs[i + 1] - f->offs[i])))
			die("damaged frame");
	free(out);
	ZSTD_freeDCtx(zstd);
	return NULL;
}

static void find(struct frames *f, size_t size)
{
	size_t room = 0;

	for (size_t at = 0; at < size; at = f->offs[f->nr]) {
		size_t len = ZSTD_findFrameCompressedSize(f->data + at, size - at);
		unsigned long long content = ZSTD_getFrameContentSize(f->data + at, size - at);

		if (ZSTD_isError(len) || content > 1 << 30)
			die("no frames of a known size");
		if (f->nr + 1 >= room) {
			room = room ? 2 * room : 1024;
			f->offs = realloc(f->offs, room * sizeof(*f->offs));
			if (!f->offs)
				die("no memory");
			f->offs[0] = 0;
		}
		f->offs[++f->nr] = at + len;
		f->largest = content > f->largest ? content : f->largest;
	}
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	struct frames f = { 0 };
	struct stat st;
	cpu_set_t cpus;
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	int nr = 0, cpus_nr = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 : CPU_COUNT(&cpus);

	if (fd < 0 || fstat(fd, &st))
		die("needs a file");
	f.data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (f.data == MAP_FAILED)
		die("cannot map the file");
	find(&f, st.st_size);
	while (nr < cpus_nr - 1 && nr < THREADS_MAX &&
	       !pthread_create(&threads[nr], NULL, work, &f))
		nr++;
	work(&f);
	while (nr--)
		pthread_join(threads[nr], NULL);
	printf("%zu frames\n", f.nr);
	free(f.offs);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a maker names as an image: HEX, ELF or anything is taken or refused
 * with one line; segments lie inside the image, in order; and the guesses
 * about it are such that a patch maker may use them unchecked. */
#include "diff/diff_guess.h"
#include "diff/image_file.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES 6u
#define GUESS_MAX 65536u /* larger images are slow to guess, and no other */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segments(const struct diff_segment *segments, size_t count,
                           size_t length)
{
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].offset < end || segments[i].length == 0 ||
            segments[i].offset > length ||
            segments[i].length > length - segments[i].offset)
            abort();
        end = (size_t)segments[i].offset + segments[i].length;
    }
}

static void check_guesses(const struct image_file *image)
{
    struct diff_guess guesses[CANDIDATES];
    const size_t count =
        diff_guess(image->bytes, image->length, image->segments,
                   image->segment_count, guesses, CANDIDATES);
    if (count == 0 || count > CANDIDATES)
        abort();
    for (size_t i = 0; i < count; i++) {
        check_segments(guesses[i].segments, guesses[i].segment_count,
                       image->length);
        if (guesses[i].arch < DIFF_ARCH_NONE ||
            guesses[i].arch > DIFF_ARCH_A32 || guesses[i].phase > 3 ||
            guesses[i].ram_low > guesses[i].ram_high)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image_file image;
    struct diff_error error = {0};
    if (image_file_open(&image, data, size, &error) != 0) {
        if (error.text[0] == '\0' || strchr(error.text, '\n') != NULL)
            abort();
        return 0;
    }
    check_segments(image.segments, image.segment_count, image.length);
    if (image.length <= GUESS_MAX)
        check_guesses(&image);
    image_file_close(&image);
    return 0;
}

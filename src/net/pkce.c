/* RFC 7636 and the two encodings of OAuth: base64url (RFC 4648 5) without padding, and the way back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "net/cred.h"
#include "net/oauth.h"

enum { RANDOM = 32, LONGEST = 16384 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *encode(const unsigned char *p, size_t n)
{
	char *text = malloc(n * 4 / 3 + 2), *at = text;
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; text && i < n; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			*at++ = digits[bits >> (have - 6) & 63];
	}
	if (text && have)
		*at++ = digits[bits << (6 - have) & 63];
	if (text)
		*at = '\0';
	return text;
}

static char *random_text(void)
{
	unsigned char bytes[RANDOM];
	ssize_t n = FAULT("oauth.random") ? -1 : getrandom(bytes, sizeof(bytes), 0);
	char *text = n == RANDOM ? encode(bytes, sizeof(bytes)) : NULL;

	explicit_bzero(bytes, sizeof(bytes));
	return text;
}

char *net_oauth_s256(const char *verifier)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(verifier, strlen(verifier), hash, &n, EVP_sha256(), NULL) != 1)
		return NULL;
	return encode(hash, n);
}

int net_oauth_proof_new(struct net_oauth_proof *ret)
{
	struct net_oauth_proof p = { .verifier = random_text(), .state = random_text() };

	net_cred_guard();
	p.challenge = p.verifier ? net_oauth_s256(p.verifier) : NULL;
	if (!p.challenge || !p.state) {
		net_oauth_proof_release(&p);
		return -ENOMEM;
	}
	*ret = p;
	return 0;
}

void net_oauth_proof_release(struct net_oauth_proof *p)
{
	net_cred_wipe_p(&p->verifier);
	net_cred_wipe_p(&p->challenge);
	net_cred_wipe_p(&p->state);
}

/* ---- claims ---------------------------------------------------------------------------- */

static int value_of(char c)
{
	const char *at = c ? strchr(digits, c == '+' ? '-' : c == '/' ? '_' : c) : NULL;

	return at ? (int) (at - digits) : -1;
}

/* Both alphabets; padding may be there or not. */
static char *decode(const char *s, size_t n)
{
	char *text = malloc(n + 1), *at = text;
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; text && i < n && s[i] != '='; i++) {
		int v = value_of(s[i]);

		if (v < 0) {
			free(text);
			return NULL;
		}
		bits = bits << 6 | (unsigned) v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		*at++ = (char) (bits >> have & 255);
	}
	if (text)
		*at = '\0';
	return text;
}

char *net_oauth_claims(const char *challenge)
{
	static const char key[] = "claims=\"";
	const char *at = challenge ? strcasestr(challenge, key) : NULL;
	char *text;
	size_t n;

	if (!at || !strcasestr(challenge, "insufficient_claims"))
		return NULL;
	at += strlen(key);
	n = strcspn(at, "\"");
	text = n && n <= LONGEST ? decode(at, n) : NULL;
	if (text && *text == '{' && str_utf8_valid(text, strlen(text)))
		return text;
	free(text);
	return NULL;
}

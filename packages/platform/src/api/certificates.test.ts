import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateState } from './certificates.ts'

/** Of shop.example.com, from 2026-11-21 to 2027-02-19. */
const pem = `-----BEGIN CERTIFICATE-----
MIIBjDCCATGgAwIBAgIUOcIRpZfFjYy2wFFjj7ubJx0JqsEwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQc2hvcC5leGFtcGxlLmNvbTAeFw0yNjExMjEwNTUzMjFaFw0y
NzAyMTkwNTUzMjFaMBsxGTAXBgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARQeBbDcKl6czv4R/metxTycXSujpkXAQxFEHU3
N9/6toTU9mr2vXbE4qj7TTSQMhdO4j80dkYrrafTech+3PPIo1MwUTAdBgNVHQ4E
FgQUUfbuKWvQHM7svjJEPWGZqKJ1ViUwHwYDVR0jBBgwFoAUUfbuKWvQHM7svjJE
PWGZqKJ1ViUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEArx2F
lKsIwQ04QPYRmpted9DI5cXUpswEY252+O7rP9MCIQCqDJidrhJHK77Q4OoInd5e
ivd5Leq17w52jyqecwyeRQ==
-----END CERTIFICATE-----
`
const holding = (text: string) => ({ data: { 'tls.crt': Buffer.from(text).toString('base64') } })
const until = { from: '2026-11-21T05:53:21.000Z', to: '2027-02-19T05:53:21.000Z' }
const host = 'shop.example.com'

const cases = [
  { name: 'good', secret: holding(pem), want: until },
  { name: 'missing', secret: undefined, want: { problem: 'missing' } },
  { name: 'no certificate', secret: holding('hello'), want: { problem: 'unreadable' } },
  { name: 'no entry', secret: {}, want: { problem: 'unreadable' } },
  { name: 'over', secret: holding(pem), now: '2027-03-01', want: { ...until, problem: 'expired' } },
  { name: 'to come', secret: holding(pem), now: '2026-01-01', want: { ...until, problem: 'early' } },
  { name: 'of another host', secret: holding(pem), hosts: ['a.example.com'], want: { ...until, problem: 'otherHost' } },
]

for (const { name, secret, now = '2026-12-01', hosts = [host], want } of cases) {
  test(`the certificate of a route: ${name}`, () => {
    assert.deepEqual(certificateState(secret as never, hosts, new Date(now)), want)
  })
}

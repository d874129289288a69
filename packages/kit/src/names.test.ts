import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  asPrefix,
  configKeyProblems,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  envNameProblems,
  headerNameProblems,
  labelValueProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedNameProblems,
  wildcardSubdomainProblems,
} from './names.ts'

const checks = {
  dnsLabelProblems,
  dnsSubdomainProblems,
  dns1035LabelProblems,
  wildcardSubdomainProblems,
  labelValueProblems,
  headerNameProblems,
  qualifiedNameProblems,
  envNameProblems,
  configKeyProblems,
  portNameProblems,
}

const good: [keyof typeof checks, string[]][] = [
  ['dnsLabelProblems', ['a', 'web-0', '0web', 'a'.repeat(63)]],
  ['dnsSubdomainProblems', ['a', 'a.b-c.d', 'a'.repeat(253)]],
  ['dns1035LabelProblems', ['web', 'w0-1']],
  ['wildcardSubdomainProblems', ['*.example.com']],
  ['labelValueProblems', ['', 'A_b.c-1']],
  ['headerNameProblems', ['X-Real-IP']],
  ['qualifiedNameProblems', ['app', 'example.com/app', 'A_b.c']],
  ['envNameProblems', ['PATH', 'a.b-c', '1st']],
  ['configKeyProblems', ['a.b', '.hidden', 'KEY_1']],
  ['portNameProblems', ['http', 'h2-c']],
]
for (const [check, texts] of good)
  for (const text of texts)
    test(`${check} accepts "${text.slice(0, 20)}"`, () => assert.deepEqual(checks[check](text), []))

const bad: [keyof typeof checks, string, string[]][] = [
  [
    'dnsLabelProblems',
    'Web',
    [
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  ['dnsLabelProblems', 'a'.repeat(64), ['must be no more than 63 characters']],
  [
    'dnsSubdomainProblems',
    'a_b',
    [
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
  ['qualifiedNameProblems', '/x', ['prefix part must be non-empty']],
  ['portNameProblems', '-', ['must contain at least one letter (a-z)', 'must not begin or end with a hyphen']],
  ['portNameProblems', 'a--b', ['must not contain consecutive hyphens']],
  ['configKeyProblems', '..', ["must not be '..'"]],
  ['configKeyProblems', '..x', ["must not start with '..'"]],
]
for (const [check, text, want] of bad)
  test(`${check} refuses "${text.slice(0, 20)}"`, () => assert.deepEqual(checks[check](text), want))

const refused: [keyof typeof checks, string[]][] = [
  ['dnsLabelProblems', ['', '-a', 'a-', 'a.b']],
  ['dns1035LabelProblems', ['0a', '', 'a.b']],
  ['wildcardSubdomainProblems', ['example.com', '*example.com', '*.']],
  ['labelValueProblems', ['-a', 'a b', 'a'.repeat(64), 'é']],
  ['qualifiedNameProblems', ['', 'a/', 'a/b/c', 'A.com/x', 'a b', 'a'.repeat(64)]],
  ['envNameProblems', ['', 'a=b', 'é', 'a\nb']],
  ['configKeyProblems', ['', 'a/b', 'a'.repeat(254)]],
  ['portNameProblems', ['toolongportname1', '123', 'HTTP', '']],
]
for (const [check, texts] of refused)
  for (const text of texts)
    test(`${check} refuses "${text.slice(0, 20)}"`, () => assert.notDeepEqual(checks[check](text), []))

test('ports', () => {
  assert.deepEqual(portNumberProblems(80), [])
  for (const port of [0, 65536, 1.5, '80', undefined])
    assert.deepEqual(portNumberProblems(port), ['must be between 1 and 65535, inclusive'])
})

test('a generated name may end its prefix in a dash', () => {
  assert.deepEqual(dnsLabelProblems(asPrefix('web-')), [])
  assert.equal(asPrefix('web'), 'web')
  assert.equal(asPrefix('-'), '-')
})

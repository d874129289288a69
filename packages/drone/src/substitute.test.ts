// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${} is what the files under test are written with
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadSubstitution, goQuoted, substitute } from './substitute.ts'

const variables = {
  SHA: '0123456789abcdef',
  BRANCH: 'feature/One',
  TAG: 'v1.2.3',
  EMPTY: '',
  MESSAGE: 'first\nsecond "x"',
}
const cases: [name: string, text: string, want: string][] = [
  ['puts a value in', '${TAG}', 'v1.2.3'],
  ['leaves $NAME for the shell', '$TAG $1 $(x) $', '$TAG $1 $(x) $'],
  ['makes $$ one $ anywhere', 'echo $$ $${TAG} $$$${TAG}', 'echo $ ${TAG} $${TAG}'],
  ['empties what it does not know (trap: shell variables)', 'a${MY_SHELL_VAR}b', 'ab'],
  ['quotes a value with a line break', 'm: ${MESSAGE}', 'm: "first\\nsecond \\"x\\""'],
  ['raises', '${BRANCH^^} ${BRANCH^}', 'FEATURE/ONE Feature/One'],
  ['lowers', '${BRANCH,,} ${BRANCH,}', 'feature/one feature/One'],
  ['cuts from a position', '${SHA:10}', 'abcdef'],
  ['cuts a length', '${SHA:0:8}', '01234567'],
  ['counts a negative position from the end', '${SHA:${MINUS}}', '0123456789abcdef'],
  ['gives the rest past the end', '${SHA:12:99}', 'cdef'],
  ['gives nothing beyond the end', '${SHA:99}', ''],
  ['trims a prefix', '${TAG##v}', '1.2.3'],
  ['trims the shortest prefix', '${BRANCH#*/}', 'One'],
  ['trims the longest suffix', '${TAG%%.*}', 'v1'],
  ['trims the shortest suffix', '${TAG%.*}', 'v1.2'],
  ['replaces once', '${TAG/./-}', 'v1-2.3'],
  ['replaces all', '${TAG//./-}', 'v1-2-3'],
  ['replaces by nothing', '${TAG//./}', 'v123'],
  ['replaces a prefix', '${TAG/#v/x}', 'x1.2.3'],
  ['replaces a suffix', '${TAG/%3/x}', 'v1.2.x'],
  ['takes an escaped slash', '${BRANCH/\\//-}', 'feature-One'],
  ['falls back when empty', '${EMPTY:-x} ${EMPTY:=y} ${EMPTY=z} ${TAG:-x}', 'x y z v1.2.3'],
  ['knows no other operators: :+ and :? fall back too', '${EMPTY:+x} ${TAG:+x} ${EMPTY:?y}', 'x v1.2.3 y'],
  ['nests', '${EMPTY:-${TAG##v}-x}', '1.2.3-x'],
  ['counts bytes', '${#SHA} ${#EMPTY}', '16 0'],
]
for (const [name, text, want] of cases)
  test(`substitution ${name}`, () => assert.equal(substitute(text, variables), want))

for (const text of ['${', '${A', '${A B}', '${x-y}', '${x+y}', '${}', '${A:}', '${A#}', '${-A}', '${A:-${B}', '${A/x}'])
  test(`substitution refuses ${text}`, () => assert.throws(() => substitute(`ab${text}`, variables), BadSubstitution))

test('a refused substitution says where it begins', () => {
  assert.throws(() => substitute('line\n${A B}', {}), { offset: 5 })
})

test('Go quoting escapes what Go escapes', () => {
  assert.equal(goQuoted('a\tb\\ é \u0000 \u200b'), '"a\\tb\\\\ é \\x00 \\u200b"')
})

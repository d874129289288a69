import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { scriptOf } from './script.ts'
import { decryptedSecret, encryptedSecret } from './secret.ts'
import { hmacOf, isSigned, signed } from './signature.ts'
import { asksToSkip } from './skip.ts'

const key = 'k'.repeat(32)
const file = '# head\n---\nkind: pipeline\nname: a\n\n---\nkind: signature\nhmac: old\n\n...\n'

test('the signature covers the lines of every other document, one after the other', () => {
  assert.equal(hmacOf(file, key), hmacOf('# head\nkind: pipeline\nname: a\n\n', key))
  assert.equal(isSigned(signed(file, key), key), true)
  assert.match(signed(file, key), /\n---\nkind: signature\nhmac: [0-9a-f]{64}\n\n\.\.\.\n$/)
})

test('another key, another text, no signature: not signed', () => {
  assert.equal(isSigned(signed(file, key), 'x'.repeat(32)), false)
  assert.equal(isSigned(signed(file, key).replace('name: a', 'name: b'), key), false)
  assert.equal(isSigned('kind: pipeline\n', key), false)
  assert.equal(isSigned(file, key), false)
  assert.throws(() => hmacOf(file, 'short'), RangeError)
})

test('a secret comes back with its key only', () => {
  const data = encryptedSecret('correct horse', key)
  assert.equal(decryptedSecret(data, key), 'correct horse')
  assert.equal(decryptedSecret(data, 'x'.repeat(32)), undefined)
  assert.equal(decryptedSecret('AAAA', key), undefined)
})

const messages: [event: 'push' | 'pull_request' | 'tag' | 'cron', message: string, title: string, want: boolean][] = [
  ['push', 'fix [ci skip]', '', true],
  ['push', 'fix [Skip CI]', '', true],
  ['push', '***NO_CI***', '', true],
  ['pull_request', 'fix', 'docs [skip ci]', true],
  ['tag', '[ci skip]', '', false],
  ['cron', '[ci skip]', '', false],
  ['push', 'skip ci', '', false],
]
for (const [event, message, title, want] of messages)
  test(`${event} "${message}${title}" is ${want ? 'skipped' : 'built'}`, () =>
    assert.equal(asksToSkip(event, message, title), want))

/** Runs commands as a step does, from a file. */
function ran(commands: string[], env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'drone-script-'))
  try {
    writeFileSync(join(folder, 'script'), scriptOf(commands))
    return execFileSync('/bin/sh', [join(folder, 'script')], {
      env: { PATH: '/usr/bin:/bin', HOME: folder, ...env },
      encoding: 'utf8',
      input: '',
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('commands are echoed and share their state', () => {
  assert.equal(ran(['cd /', 'A="it\'s $HOME"', 'pwd']), '+ cd /\n+ A="it\'s $HOME"\n+ pwd\n/\n')
})

test('the first failure ends the script', () => {
  assert.throws(() => ran(['false', 'echo never']), { stdout: '+ false\n' })
})

test('trap: a command that reads stdin does not eat the rest', () => {
  assert.equal(ran(['cat', 'echo there']), '+ cat\n+ echo there\nthere\n')
})

test('the netrc is written and its variables are gone', () => {
  assert.equal(
    ran(['cat "$HOME/.netrc"; echo "[$DRONE_NETRC_FILE]"'], { DRONE_NETRC_FILE: 'machine h' })
      .split('\n')
      .slice(1)
      .join(),
    'machine h,[],',
  )
})

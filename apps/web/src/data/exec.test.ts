import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type End, type ExecSocket, endFrom, openSession, processPath } from './exec.ts'

const failure = (message: string, reason?: string, code?: string) =>
  JSON.stringify({
    status: 'Failure',
    message,
    reason,
    ...(code && { details: { causes: [{ reason: 'ExitCode', message: code }] } }),
  })
const ends: { text: string; want: End }[] = [
  { text: '{"status":"Success"}', want: { kind: 'exit', code: 0 } },
  { text: failure('command terminated', 'NonZeroExitCode', '130'), want: { kind: 'exit', code: 130 } },
  { text: failure('exec: "sh": executable file not found in $PATH', 'InternalError'), want: { kind: 'noShell' } },
  { text: failure('container not found'), want: { kind: 'refused', message: 'container not found' } },
  { text: 'plain words', want: { kind: 'refused', message: 'plain words' } },
]
for (const { text, want } of ends) test(`end of ${text}`, () => assert.deepEqual(endFrom(text), want))

test('a terminal asks for exec with each word of its command, attaching for attach', () => {
  const at = { namespace: 'shop', pod: 'web', container: 'app' }
  assert.equal(
    processPath({ ...at, command: ['sh', '-c', 'echo a b'] }),
    '/kube/api/v1/namespaces/shop/pods/web/exec?container=app&stdin=true&stdout=true&tty=true&command=sh&command=-c&command=echo+a+b',
  )
  assert.match(processPath(at), /\/attach\?/)
  assert.match(processPath({ ...at, tty: false, stdin: false }), /stdin=false&stdout=true&tty=false&stderr=true$/)
})

/** A socket that is opened, spoken to and closed by hand. */
function socket() {
  const sent: number[][] = []
  const one: ExecSocket = {
    readyState: 0,
    binaryType: '',
    send: (data) => void sent.push([...data]),
    close: () => one.onclose?.(),
    onopen: null,
    onmessage: null,
    onclose: null,
  }
  return {
    one,
    sent,
    open() {
      one.readyState = 1
      one.onopen?.()
    },
    hear: (...bytes: number[]) => one.onmessage?.({ data: new Uint8Array(bytes).buffer }),
  }
}

function started() {
  const wire = socket()
  const out: string[] = []
  const ends: End[] = []
  const session = openSession(
    { namespace: 'n', pod: 'p', container: 'c', command: ['sh'] },
    {
      connect: () => wire.one,
      onOpen: () => out.push('open'),
      onOutput: (bytes) => out.push(String.fromCharCode(...bytes)),
      onEnd: (end) => ends.push(end),
    },
  )
  return { ...wire, session, out, ends }
}

test('what is typed goes to channel 0, sizes to 4, output comes from 1 and 2', () => {
  const { session, sent, open, hear, out } = started()
  session.resize(80, 24)
  assert.deepEqual(sent, [], 'nothing before the connection is there')
  open()
  session.send('é')
  hear(1)
  hear(1, 104, 105)
  hear(2, 33)
  assert.deepEqual(sent, [
    [4, ...Buffer.from('{"Width":80,"Height":24}')],
    [0, 0xc3, 0xa9],
  ])
  assert.deepEqual(out, ['open', 'hi', '!'])
})

test('the last word says how it ended; without one the connection was lost', () => {
  const told = started()
  told.open()
  told.hear(3, ...Buffer.from('{"status":"Success"}'))
  told.one.onclose?.()
  assert.deepEqual(told.ends, [{ kind: 'exit', code: 0 }])
  const broken = started()
  broken.one.onclose?.()
  assert.deepEqual(broken.ends, [{ kind: 'lost' }])
})

test('who closes a session is not told of its end', () => {
  const { session, open, ends } = started()
  open()
  session.close()
  assert.deepEqual(ends, [])
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { type RunOptions, run } from '@sampan/kit/run'
import { whyNoContainerd } from '@sampan/node/test-containerd'
import WebSocket from 'ws'
import { type StreamsNode, startStreamsNode } from '../support/streams-node.ts'

const skip = whyNoContainerd()
let node: StreamsNode

before(async () => {
  if (skip) return
  node = await startStreamsNode('streams', 231)
  await node.run('shell', 'trap "exit 0" TERM; echo started; while :; do sleep 0.1; done')
  await node.run('web', 'mkdir /www; echo "<a href=\\"/x\\">hi</a>" > /www/index.html; exec httpd -f -p 8080 -h /www')
})
after(() => node?.stop())

/** Each speaks another dialect: 1.27 and 1.29 SPDY; 1.30 WebSocket for exec, SPDY for ports; 1.31 and later WebSocket for all. */
const kubectls = ['1.27', '1.29', '1.30', '1.31', '1.33']
  .map((version) => ({ version, program: `/usr/lib/google-cloud-sdk/bin/kubectl.${version}` }))
  .filter(({ program }) => existsSync(program))
const kubectl = (program: string, args: string[], options: RunOptions = {}) =>
  run(program, ['--kubeconfig', node.kubeconfig, ...args], { timeoutMs: 20_000, ...options })

for (const { version, program } of kubectls) {
  test(`kubectl ${version} exec brings output, errors and the exit code`, { skip }, async () => {
    const { code, stdout, stderr } = await kubectl(program, [
      'exec',
      'shell',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    ])
    assert.equal(stdout, 'out\n')
    assert.match(stderr, /^err\n/)
    assert.equal(code, 7)
  })

  test(`kubectl ${version} exec closes stdin`, { skip }, async () => {
    const { code, stdout } = await kubectl(program, ['exec', '-i', 'shell', '--', 'wc', '-c'], {
      input: 'x'.repeat(300_000),
    })
    assert.deepEqual([code, stdout.trim()], [0, '300000'])
  })

  test(`kubectl ${version} exec brings much output whole`, { skip }, async () => {
    const { stdout } = await kubectl(program, [
      'exec',
      'shell',
      '--',
      'sh',
      '-c',
      'yes 0123456789abcde | head -c 3000000',
    ])
    assert.equal(stdout.length, 3_000_000)
  })

  test(`kubectl ${version} says why a command could not start`, { skip }, async () => {
    const { code, stderr } = await kubectl(program, ['exec', 'shell', '--', 'no-such-program'])
    assert.notEqual(code, 0)
    assert.match(stderr, /no-such-program/)
    const gone = await kubectl(program, ['exec', 'gone', '--', 'true'])
    assert.match(gone.stderr, /pods "gone" not found/)
  })

  test(`kubectl ${version} logs`, { skip }, async () => {
    assert.equal((await kubectl(program, ['logs', 'shell'])).stdout, 'started\n')
  })
}

/** What a pod answers through a forwarded port. */
async function throughPort(program: string): Promise<string> {
  const child = spawn(program, ['--kubeconfig', node.kubeconfig, 'port-forward', 'pod/web', ':8080'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    let said = ''
    for await (const chunk of child.stdout) {
      said += chunk
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (!port) continue
      const answers = await Promise.all(
        [1, 2, 3].map(() => fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })),
      )
      return (await Promise.all(answers.map((answer) => answer.text()))).join('')
    }
    throw new Error(`port-forward ended: ${said}`)
  } finally {
    child.kill()
  }
}

for (const { version, program } of kubectls)
  test(`kubectl ${version} port-forward`, { skip }, async () => {
    assert.equal(await throughPort(program), '<a href="/x">hi</a>\n'.repeat(3))
  })

test('kubectl attach sees what is said after it came', { skip }, async () => {
  const { program } = kubectls.at(-1)!
  await node.run('talker', 'trap "exit 0" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done')
  const { stdout } = await kubectl(program, ['attach', 'talker'], { timeoutMs: 1500 })
  assert.match(stdout, /line \d+\nline \d+\n/)
})

test('kubectl cp brings files in and out', { skip }, async () => {
  const { program } = kubectls.at(-1)!
  const folder = await mkdtemp(join(tmpdir(), 'cp-'))
  const bytes = randomBytes(500_000)
  await writeFile(join(folder, 'in'), bytes)
  assert.equal((await kubectl(program, ['cp', join(folder, 'in'), 'shell:/tmp/there'])).code, 0)
  assert.equal((await kubectl(program, ['cp', 'shell:/tmp/there', join(folder, 'out')])).code, 0)
  assert.deepEqual(await readFile(join(folder, 'out')), bytes)
  await rm(folder, { recursive: true })
})

test('the client runs commands, with input too', { skip }, async () => {
  const shell = { namespace: 'default', name: 'shell' }
  assert.deepEqual(await node.client.exec(shell, ['sh', '-c', 'echo a; echo b >&2; exit 3']), {
    code: 3,
    stdout: 'a\n',
    stderr: 'b\n',
  })
  assert.deepEqual(await node.client.exec(shell, ['sort'], { stdin: 'b\na\n' }), {
    code: 0,
    stdout: 'a\nb\n',
    stderr: '',
  })
  await assert.rejects(node.client.exec(shell, ['true'], { container: 'none' }), {
    reason: 'BadRequest',
    message: /container none is not valid for pod shell/,
  })
  await assert.rejects(node.client.exec({ ...shell, name: 'none' }, ['true']), { reason: 'NotFound' })
})

test('logs follow until the reader goes', { skip }, async () => {
  const stop = new AbortController()
  let text = ''
  await assert.rejects(
    async () => {
      for await (const chunk of node.client.logs(
        { namespace: 'default', name: 'shell' },
        { follow: true, signal: stop.signal },
      )) {
        text += Buffer.from(chunk)
        stop.abort()
      }
    },
    { name: 'AbortError' },
  )
  assert.equal(text, 'started\n')
})

/** The older and rarer subprotocols, as they are on the wire. */
const dialects: { protocols: string[]; chosen: string; want: (string | Buffer)[]; failed: (string | Buffer)[] }[] = [
  {
    protocols: [],
    chosen: '',
    want: ['\x01', '\x01hi\n'],
    failed: ['\x01', '\x03command terminated with non-zero exit code'],
  },
  {
    protocols: ['channel.k8s.io'],
    chosen: 'channel.k8s.io',
    want: ['\x01', '\x01hi\n'],
    failed: ['\x01', '\x03command terminated with non-zero exit code'],
  },
  {
    protocols: ['base64.channel.k8s.io'],
    chosen: 'base64.channel.k8s.io',
    want: ['1', '1aGkK'],
    failed: ['1', '3Y29tbWFuZCB0ZXJtaW5hdGVk'],
  },
  {
    protocols: ['v4.channel.k8s.io'],
    chosen: 'v4.channel.k8s.io',
    want: ['\x01', '\x01hi\n', '\x03{"metadata":{},"status":"Success"}'],
    failed: ['\x01', '\x03{"metadata":{},"status":"Failure"'],
  },
  {
    protocols: ['v9.channel.k8s.io', 'v4.channel.k8s.io'],
    chosen: 'v4.channel.k8s.io',
    want: ['\x01', '\x01hi\n', '\x03{"metadata":{},"status":"Success"}'],
    failed: ['\x01', '\x03{"metadata":{},"status":"Failure"'],
  },
]
for (const { protocols, chosen, want, failed } of dialects) {
  const say = async (command: string) => {
    const { ca, cert, key } = await readKubeconfig(node.kubeconfig)
    const query = new URLSearchParams({ stdout: '1', stderr: '1' })
    for (const one of ['sh', '-c', command]) query.append('command', one)
    const socket = new WebSocket(`${node.url}/api/v1/namespaces/default/pods/shell/exec?${query}`, protocols, {
      ca,
      cert,
      key,
    })
    const messages: string[] = []
    socket.on('message', (data: Buffer) => messages.push(data.toString('latin1')))
    const [code] = await once(socket, 'close')
    assert.deepEqual([socket.protocol, code], [chosen, 1000])
    return messages
  }
  test(`exec in the dialect ${protocols.join(', ') || 'without a name'}`, { skip }, async () => {
    assert.deepEqual(await say('echo hi'), want)
    const messages = await say('exit 4')
    assert.equal(messages.length, failed.length)
    messages.forEach((message, i) => void assert.ok(message.startsWith(String(failed[i])), message))
  })
}

test('an unknown dialect is refused before anything runs', { skip }, async () => {
  const { ca, cert, key } = await readKubeconfig(node.kubeconfig)
  const socket = new WebSocket(
    `${node.url}/api/v1/namespaces/default/pods/shell/exec?command=true&stdout=1`,
    ['v9.channel.k8s.io'],
    { ca, cert, key },
  )
  const [error] = await once(socket, 'error')
  assert.match(error.message, /400/)
})

test('numbered channels forward ports', { skip }, async () => {
  const { ca, cert, key } = await readKubeconfig(node.kubeconfig)
  const socket = new WebSocket(
    `${node.url}/api/v1/namespaces/default/pods/web/portforward?ports=8080`,
    ['v4.channel.k8s.io'],
    { ca, cert, key },
  )
  const messages: Buffer[] = []
  socket.on('message', (data: Buffer) => messages.push(data))
  await once(socket, 'open')
  socket.send(Buffer.concat([Buffer.of(0), Buffer.from('GET / HTTP/1.0\r\n\r\n')]))
  while (!Buffer.concat(messages).includes('</a>')) await once(socket, 'message')
  assert.deepEqual([messages[0], messages[1]], [Buffer.of(0, 0x90, 0x1f), Buffer.of(1, 0x90, 0x1f)])
  socket.close()
  await once(socket, 'close')
})

test('logs over WebSocket are plain messages', { skip }, async () => {
  const { ca, cert, key } = await readKubeconfig(node.kubeconfig)
  const socket = new WebSocket(`${node.url}/api/v1/namespaces/default/pods/shell/log`, ['binary.k8s.io'], {
    ca,
    cert,
    key,
  })
  let text = ''
  socket.on('message', (data: Buffer) => {
    text += data
  })
  await once(socket, 'close')
  assert.equal(text, 'started\n')
})

test('pods answer through the proxy, with links that lead through it', { skip }, async () => {
  const prefix = '/api/v1/namespaces/default/pods/web:8080/proxy'
  const get = async (path: string) => node.client.raw({ method: 'GET', path })
  let html = ''
  for await (const chunk of (await get(`${prefix}/`)).bytes()) html += Buffer.from(chunk)
  assert.equal(html, `<a href="${prefix}/x">hi</a>\n`)
  await assert.rejects(get(`${prefix}/none`), { reason: 'NotFound' })
  await assert.rejects(get('/api/v1/namespaces/default/pods/web:81/proxy/'), {
    reason: 'ServiceUnavailable',
    message: /error trying to reach service/,
  })
})

test('kubectl top shows what pods and nodes use', { skip }, async () => {
  const { program } = kubectls.at(-1)!
  const top = async (what: string) => {
    for (let tries = 0; ; tries++) {
      const { code, stdout } = await kubectl(program, ['top', what, '--no-headers'])
      if ((code === 0 && stdout) || tries > 20) return stdout
      await sleep(200)
    }
  }
  assert.match(await top('pods'), /^shell +\d+m +\d+Mi/m)
  assert.match(await top('nodes'), new RegExp(`^${node.nodeName} +\\d+m`, 'm'))
  const { stdout } = await kubectl(program, ['get', '--raw', `/api/v1/nodes/${node.nodeName}/proxy/metrics/resource`])
  assert.match(stdout, /container_memory_working_set_bytes\{container="main",namespace="default",pod="shell"\} \d+/)
})

for (const { version, program } of kubectls)
  test(`kubectl ${version} exec with a terminal`, { skip }, async () => {
    const command = `stty cols 91 rows 17; ${program} --kubeconfig ${node.kubeconfig} exec -it shell -- sh -c 'sleep 0.3; stty size; test -t 2 && echo terminal; exit 5'`
    const { code, stdout } = await run('script', ['-qec', command, '/dev/null'], { timeoutMs: 20_000 })
    assert.match(stdout, /17 91\r\n/)
    assert.match(stdout, /terminal\r\n/)
    assert.equal(code, 5)
  })

test('a WebSocket inside the cluster is reached through the proxy', { skip }, async () => {
  await node.run(
    'echo',
    'while :; do nc -l -p 9000 -e sh -c "read a; printf \'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n\'; while read line; do case \\"\\$line\\" in hello*) echo back \\$line;; esac; done"; done',
  )
  await sleep(300)
  const { ca, cert, key } = await readKubeconfig(node.kubeconfig)
  const call = request(`${node.url}/api/v1/namespaces/default/pods/echo:9000/proxy/x`, {
    ca,
    cert,
    key,
    headers: { connection: 'Upgrade', upgrade: 'echo' },
  })
  call.end()
  const [answer, socket] = await once(call, 'upgrade')
  assert.equal(answer.headers.upgrade, 'echo')
  socket.write('hello\n')
  assert.equal(String((await once(socket, 'data'))[0]), 'back hello\n')
  socket.destroy()
})

test('kubectl proxy serves the API to programs without credentials', { skip }, async () => {
  const { program } = kubectls.at(-1)!
  const child = spawn(program, ['--kubeconfig', node.kubeconfig, 'proxy', '--port=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const port = /:(\d+)/.exec(String(line))?.[1]
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default/pods/web:8080/proxy/`, {
    headers: { connection: 'close' },
  })
  assert.match(await answer.text(), /proxy\/x">hi<\/a>/)
  child.kill()
  await once(child, 'exit')
})

test('commands leave nothing open, however they end', { skip }, async () => {
  const shell = { namespace: 'default', name: 'shell' }
  const sockets = () =>
    process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap' || one === 'TLSWrap').length
  await node.client.exec(shell, ['true'])
  const before = sockets()
  for (let round = 0; round < 5; round++) {
    const left = new AbortController()
    const cut = node.client.exec(shell, ['sleep', '5'], { signal: left.signal }).catch((error: unknown) => error)
    await Promise.all([
      node.client.exec(shell, ['true']),
      node.client.exec(shell, ['cat'], { stdin: 'x' }),
      node.client.exec(shell, ['no-such-program']).catch((error: unknown) => error),
      node.client.exec({ ...shell, name: 'none' }, ['true']).catch((error: unknown) => error),
    ])
    left.abort()
    assert.ok((await cut) instanceof Error)
  }
  for (let tries = 0; sockets() > before && tries < 100; tries++) await sleep(50)
  assert.ok(sockets() <= before, `${sockets()} sockets, ${before} before`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import { commandRequest } from './command-request.ts'
import { logOptions } from './log.ts'
import { portsIn } from './port-forward.ts'

const podWith = (names: string[], annotations = {}) =>
  ({
    metadata: { name: 'p', annotations },
    spec: { containers: names.map((name) => ({ name })), initContainers: [{ name: 'init' }] },
  }) as unknown as Pod
const one = podWith(['a'])
const two = podWith(['a', 'b'])
const withDefault = podWith(['a', 'b'], { 'kubectl.kubernetes.io/default-container': 'b' })

const logs: { name: string; pod?: Pod; query: string; want: object | RegExp }[] = [
  { name: 'the only container', query: '', want: { container: 'a', follow: false } },
  { name: 'the default container', pod: withDefault, query: '', want: { container: 'b' } },
  { name: 'an init container', query: 'container=init', want: { container: 'init' } },
  {
    name: 'all options',
    query: 'follow=true&previous=1&timestamps=true&tailLines=0&sinceSeconds=5&limitBytes=9&stream=Stderr',
    want: {
      follow: true,
      previous: true,
      timestamps: true,
      tailLines: 0,
      sinceSeconds: 5,
      limitBytes: 9,
      stream: 'Stderr',
    },
  },
  {
    name: 'one of several',
    pod: two,
    query: '',
    want: /a container name must be specified for pod p, choose one of: \[a b init\]/,
  },
  { name: 'an unknown one', query: 'container=x', want: /container x is not valid for pod p/ },
  { name: 'a negative tail', query: 'tailLines=-1', want: /must be greater than or equal to 0/ },
  { name: 'no number', query: 'limitBytes=many', want: /not a whole number/ },
  { name: 'no time', query: 'sinceTime=yesterday', want: /not a time/ },
  { name: 'two beginnings', query: 'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z', want: /at most one/ },
]
for (const { name, pod = one, query, want } of logs)
  test(`log of ${name}`, () => {
    const read = () => logOptions(new URLSearchParams(query), pod, new AbortController().signal)
    if (want instanceof RegExp) assert.throws(read, { message: want })
    else assert.partialDeepStrictEqual(read(), want)
  })

const commands: { name: string; query: string; pod?: Pod; want: object | RegExp }[] = [
  {
    name: 'arguments in order',
    query: 'command=sh&command=-c&command=true&stdout=1',
    want: { command: ['sh', '-c', 'true'], stdout: true, stderr: false, container: 'a' },
  },
  {
    name: 'a terminal has no stderr of its own',
    query: 'command=sh&stdin=true&stdout=true&stderr=true&tty=true',
    want: { tty: true, stderr: false, stdin: true },
  },
  { name: 'the default container', pod: withDefault, query: 'command=sh&stdout=1', want: { container: 'b' } },
  { name: 'no command', query: 'stdout=1', want: /at least one command/ },
  { name: 'no streams', query: 'command=sh', want: /at least one of stdin/ },
  { name: 'an unknown container', query: 'command=sh&stdout=1&container=x', want: /container x is not valid/ },
]
for (const { name, query, pod = one, want } of commands)
  test(`exec: ${name}`, () => {
    const read = () => commandRequest(new URLSearchParams(query), pod, { needsCommand: true })
    if (want instanceof RegExp) assert.throws(read, { message: want })
    else assert.partialDeepStrictEqual(read(), want)
  })

test('ports come one by one or as a list', () => {
  assert.deepEqual(portsIn(new URLSearchParams('ports=80&ports=81,82')), [80, 81, 82])
  for (const query of ['', 'ports=0', 'ports=x'])
    assert.throws(() => portsIn(new URLSearchParams(query)), { reason: 'BadRequest' })
})

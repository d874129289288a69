import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, type Rate, type Wanted } from './clients.ts'
import { fanOut } from './fan-out.ts'
import { cpuOf } from './processor.ts'
import { type Measured, median, report } from './report.ts'

const ports = { ours: 28_343, floor: 28_344 }
const rounds = 3
const namespace = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'bench' } },
    data: { a: 'x'.repeat(200), b: 'y'.repeat(200) },
  })

/** Writes to objects that are there; `n` makes each differ from what is stored. */
const changes: { name: string; method: 'PUT' | 'PATCH'; type?: string; body: (n: number) => string }[] = [
  { name: 'UPDATE', method: 'PUT', body: (n) => configMap(`c-${n % 3000}`).replace('"bench"', `"b${n}"`) },
  {
    name: 'PATCH, merge',
    method: 'PATCH',
    type: 'application/merge-patch+json',
    body: (n) => `{"data":{"merged":"${n}"}}`,
  },
  {
    name: 'PATCH, strategic',
    method: 'PATCH',
    type: 'application/strategic-merge-patch+json',
    body: (n) => `{"data":{"strategic":"${n}"}}`,
  },
  {
    name: 'PATCH, apply',
    method: 'PATCH',
    type: 'application/apply-patch+yaml',
    body: (n) => `{"apiVersion":"v1","kind":"ConfigMap","data":{"applied":"${n}"}}`,
  },
]

/** Every verb against a bare HTTPS server, alternating, medians of three rounds. */
export async function apiBench(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sampan-bench-'))
  const started: ChildProcess[] = []
  try {
    started.push(await start('api-process.ts', home, ports.ours))
    started.push(await start('floor-process.ts', home, ports.floor))
    const read = (name: string) => readFileSync(join(home, 'pki', name), 'utf8')
    const as = { ca: read('ca.crt'), cert: read('client-admin.crt'), key: read('client-admin.key') }
    const pids = { ours: started[0]!.pid!, floor: started[1]!.pid! }
    const both = async (what: string, wanted: Omit<Wanted, 'port' | 'ca' | 'cert' | 'key'>) => {
      console.error(`measuring ${what}`)
      const rates: Both = { ours: [], floor: [] }
      for (let round = 0; round < rounds; round++) {
        for (const side of ['floor', 'ours'] as const) {
          const path = (n: number) => wanted.path(n + round * wanted.count)
          const before = cpuOf([pids[side]])
          const rate = await measure({
            ...wanted,
            ...as,
            port: ports[side],
            path,
            body: wanted.body && ((n) => wanted.body!(n + round * wanted.count)),
          })
          rates[side].push({ ...rate, cpu: (cpuOf([pids[side]]) - before) / wanted.count })
        }
      }
      return rates
    }
    const create = await both('CREATE', {
      method: 'POST',
      path: () => namespace,
      body: (n) => configMap(`c-${n}`),
      count: 3000,
      connections: 64,
    })
    const get = await both('GET', { method: 'GET', path: (n) => `${namespace}/c-${n % 3000}`, count: 4000 })
    // The floor's list is the same bytes, from memory: it knows paths without their queries.
    await put(namespace, await fetchText(`${namespace}?limit=500`, as, ports.ours), as)
    const list = await both('LIST 500', {
      method: 'GET',
      path: () => `${namespace}?limit=500`,
      count: 100,
      connections: 8,
    })
    const writes = []
    for (const { name, method, type, body } of changes) {
      const path = (n: number) => `${namespace}/c-${n % 3000}?fieldManager=bench&force=true`
      writes.push(
        ...rows(name, await both(name, { method, path, body, ...(type && { type }), count: 1000, connections: 64 })),
      )
    }
    const many = '/api/v1/namespaces/kube-public/configmaps'
    const path = () => many
    await measure({ ...as, port: ports.ours, method: 'POST', path, body: (n) => configMap(`m-${n}`), count: 10_000 })
    await put(many, await fetchText(many, as, ports.ours), as)
    const listAll = await both('LIST 10,000', { method: 'GET', path, count: 20, connections: 4 })
    console.error('measuring watches')
    const fans = { ours: [] as number[], floor: [] as number[] }
    for (let round = 0; round < rounds; round++)
      for (const side of ['floor', 'ours'] as const)
        fans[side].push(await fanOut({ ...as, port: ports[side], watchers: 1000, path: namespace, writes: 10 }))
    report('API against a bare HTTPS server', [
      ...rows('CREATE (durable)', create),
      ...rows('GET', get),
      ...rows('LIST 500', list),
      ...writes,
      ...rows('LIST 10,000', listAll),
      {
        name: 'one write to 1,000 watchers',
        ours: median(fans.ours),
        floor: median(fans.floor),
        unit: 'ms',
        better: 'less',
      },
    ])
  } finally {
    for (const child of started) child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
}

/** `cpu`: of the server with all its threads, microseconds per request; says the same whatever else the machine does. */
interface Both {
  ours: (Rate & { cpu: number })[]
  floor: (Rate & { cpu: number })[]
}

const rows = (name: string, { ours, floor }: Both): Measured[] => [
  {
    name,
    ours: median(ours.map((one) => one.perSecond)),
    floor: median(floor.map((one) => one.perSecond)),
    unit: 'per s',
    better: 'more',
  },
  {
    name: `${name}, p99`,
    ours: median(ours.map((one) => one.p99)),
    floor: median(floor.map((one) => one.p99)),
    unit: 'ms',
    better: 'less',
  },
  {
    name: `${name}, processor`,
    ours: median(ours.map((one) => one.cpu)),
    floor: median(floor.map((one) => one.cpu)),
    unit: 'µs',
    better: 'less',
  },
]

async function start(file: string, home: string, port: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, file), [home, String(port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await Promise.race([once(child, 'message'), failedAt(child)])
  return child
}

type Identity = Pick<Wanted, 'ca' | 'cert' | 'key'>

const fetchText = (path: string, as: Identity, port: number) => exchange('GET', path, as, port)
const put = (path: string, text: string, as: Identity) => exchange('POST', path, as, ports.floor, text)

function exchange(method: string, path: string, as: Identity, port: number, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const agent = new Agent(as)
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent, headers: { 'x-store-as': path } },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

async function failedAt(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`the server ended before it was ready, with code ${code}`)
}

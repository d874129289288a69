import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '@sampan/kit/run'
import { whyNoContainerd } from '@sampan/node/test-containerd'
import { allKubectls, expectedVersions, type Kubectl } from '../support/kubectls.ts'
import { startTestEngine, type TestEngine } from '../support/test-engine.ts'
import { pods } from './kubectl-pods.ts'
import { reading } from './kubectl-reading.ts'
import { writing } from './kubectl-writing.ts'
import type { Place, Row, Rows } from './row.ts'

/**
 * Every kubectl command × every kubectl of the machine, for real, against a whole engine. `npm test` takes the newest;
 * `npm run conformance` (`ALL_KUBECTLS=1`) takes all. The tables of one kubectl run side by side, each in a namespace of its
 * own, and so do commands of a table that only look and follow one another.
 */
const found = allKubectls()
const wanted = process.env.ALL_KUBECTLS ? found : found.slice(-1)
const tables = [reading, writing, pods]
const skip = whyNoContainerd() ?? (found.length === 0 ? 'no kubectl on this machine' : undefined)
let engine: TestEngine

before(async () => {
  if (!skip) engine = await startTestEngine('matrix', 56)
})
after(() => engine?.close())

for (const version of expectedVersions)
  if (!found.some((one) => one.version === version))
    test(`kubectl ${version}`, { skip: 'not on this machine' }, () => undefined)

for (const kubectl of wanted)
  describe(`kubectl ${kubectl.version}`, { skip, concurrency: tables.length }, () => {
    for (const rows of tables)
      test(`${rows.name}`, { timeout: 300_000, concurrency: 4 }, async (t) => {
        const place = await placeFor(kubectl, rows)
        t.after(() => rmSync(place.folder, { recursive: true, force: true }))
        for (const group of groupsOf(rows(place), kubectl))
          await Promise.all(group.map((row) => t.test(`kubectl ${wordsOf(row).join(' ')}`, () => check(place, row))))
      })
  })

const wordsOf = ({ run }: Row) => (typeof run === 'string' ? run.split(' ') : [...run])

/** Commands that change nothing: those that follow one another need not wait for one another. */
const looking = new Set(
  'api-resources api-versions auth cluster-info completion describe events explain get logs options plugin top version'.split(
    ' ',
  ),
)

/** The rows that this kubectl knows, in order; what is in one group may run at once. */
function groupsOf(rows: readonly Row[], { minor }: Kubectl): Row[][] {
  const groups: Row[][] = []
  let isLooking = false
  for (const row of rows) {
    const { since = 0, until = Infinity } = row
    if (minor < since || minor > until) continue
    const [verb, what] = wordsOf(row)
    const looks = looking.has(verb!) && what !== 'reconcile'
    if (looks && isLooking) groups.at(-1)!.push(row)
    else groups.push([row])
    isLooking = looks
  }
  return groups
}

/** A namespace, a kubeconfig and the files that commands read. */
async function placeFor(kubectl: Kubectl, rows: Rows): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-'))
  const namespace = `k${kubectl.version.replace('.', '')}${rows.name}`
  const kubeconfig = join(folder, 'kubeconfig')
  cpSync(engine.kubeconfig, kubeconfig)
  writeFileSync(join(folder, 'file.txt'), 'content\n')
  writeFileSync(join(folder, 'file.env'), 'KEY=value\n')
  writeFileSync(join(folder, 'editor.sh'), '#!/bin/sh\nsed -i \'s/a: "1"/a: edited/\' "$1"\n', { mode: 0o755 })
  writeFileSync(join(folder, 'editor-2.sh'), '#!/bin/sh\nsed -i \'s/"2"/"5"/\' "$1"\n', { mode: 0o755 })
  mkdirSync(join(folder, 'kustom'))
  writeFileSync(join(folder, 'kustom/kustomization.yaml'), 'namePrefix: custom-\nresources: [made.yaml]\n')
  writeFileSync(
    join(folder, 'kustom/made.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: "1"}\n',
  )
  if (rows === writing) writeCertificates(folder, namespace)
  const { nodeName, busybox: image } = engine
  const place = { kubectl, kubeconfig, namespace, nodeName, image, folder }
  await check(place, { run: `create namespace ${namespace}` })
  await check(place, { run: `config set-context --current --namespace=${namespace}` })
  return place
}

/** A key with its certificate, and two requests for certificates. */
function writeCertificates(folder: string, namespace: string): void {
  const key = join(folder, 'tls.key')
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    join(folder, 'tls.crt'),
    '-subj',
    '/CN=x',
  )
  for (const suffix of ['', '-2']) {
    const name = `${namespace}-csr${suffix}`
    const request = openssl('req', '-new', '-key', key, '-subj', `/CN=${name}`).toString('base64')
    const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] }
    const csr = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec }
    writeFileSync(join(folder, `csr${suffix}.json`), JSON.stringify(csr))
  }
}

async function check(place: Place, row: Row): Promise<void> {
  const { kubectl, kubeconfig, folder } = place
  const args = wordsOf(row)
  const input = typeof row.input === 'object' ? JSON.stringify(row.input) : row.input
  const until = Date.now() + (row.patient ? 30_000 : 0)
  for (;;) {
    const cut = new AbortController()
    let said = ''
    const result = await run(kubectl.path, args, {
      cwd: folder,
      timeoutMs: 70_000,
      ...(row.isEndless && {
        onOutput: (text: string) => {
          said += text
          if (!missingOf(row, said)) cut.abort()
        },
        signal: cut.signal,
      }),
      env: { KUBECONFIG: kubeconfig, HOME: folder, TMPDIR: folder, ...row.env },
      ...(input !== undefined && { input }),
    }).catch((error: unknown) => {
      if (!cut.signal.aborted) throw error
      return { code: -1, stdout: said, stderr: '' }
    })
    const problem = problemOf(row, result)
    if (!problem) return
    if (Date.now() >= until) assert.fail(`${problem}\nstdout: ${result.stdout}\nstderr: ${result.stderr}`)
    await sleep(300)
  }
}

const missingOf = (row: Row, stdout: string) => [row.out ?? []].flat().find((pattern) => !pattern.test(stdout))

function problemOf(row: Row, { code, stdout, stderr }: { code: number; stdout: string; stderr: string }) {
  const isCut = row.isEndless
  if (row.code !== -1 && !isCut && code !== (row.code ?? 0)) return `exit code ${code}`
  const missing = missingOf(row, stdout)
  if (missing) return `stdout is not like ${missing}`
  if (row.err && !row.err.test(stderr)) return `stderr is not like ${row.err}`
}

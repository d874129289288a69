import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '@sampan/resources/core/service'
import type { Container } from './containers.ts'
import { environment } from './env.ts'
import { container, podOf } from './fixtures.ts'

const service = (name: string, namespace: string, spec: object = {}): Service =>
  ({
    metadata: { name, namespace },
    spec: {
      clusterIP: '10.1.0.5',
      ports: [
        { port: 80, name: 'http' },
        { port: 53, protocol: 'UDP', name: 'dns' },
      ],
      ...spec,
    },
  }) as Service

const sources = {
  files: new Map([['scratch/a.env', 'A=1\n']]),
  configMap: (name: string) =>
    name === 'conf' ? { metadata: { name }, data: { color: 'red', FIRST: 'conf' } } : undefined,
  secret: (name: string) =>
    name === 'hidden' ? { metadata: { name }, data: { key: Buffer.from('s3cret').toString('base64') } } : undefined,
  services: [
    service('my-db', 'shop'),
    service('other', 'elsewhere'),
    service('bare', 'shop', { clusterIP: 'None' }),
    service('kubernetes', 'default', { clusterIP: '10.1.0.1', ports: [{ port: 443, name: 'https' }] }),
  ],
}
const facts = { podIPs: ['10.0.0.7'], hostIP: '192.0.2.1', allocatable: {} }

interface Case {
  name: string
  container?: Partial<Container>
  spec?: object
  /** Variables among the result; undefined: must not be there. */
  want?: Record<string, string | undefined>
  throws?: string
}

const key = (name: string, of: string, optional?: boolean) => ({ name, key: of, ...(optional && { optional }) })

const inFile = (key: string, path = 'a.env') => ({ volumeName: 'scratch', path, key })

const cases: Case[] = [
  {
    name: 'services of the namespace and the API',
    want: {
      MY_DB_SERVICE_HOST: '10.1.0.5',
      MY_DB_SERVICE_PORT: '80',
      MY_DB_SERVICE_PORT_HTTP: '80',
      MY_DB_SERVICE_PORT_DNS: '53',
      MY_DB_PORT: 'tcp://10.1.0.5:80',
      MY_DB_PORT_80_TCP: 'tcp://10.1.0.5:80',
      MY_DB_PORT_80_TCP_PROTO: 'tcp',
      MY_DB_PORT_80_TCP_PORT: '80',
      MY_DB_PORT_80_TCP_ADDR: '10.1.0.5',
      MY_DB_PORT_53_UDP: 'udp://10.1.0.5:53',
      KUBERNETES_SERVICE_HOST: '10.1.0.1',
      OTHER_SERVICE_HOST: undefined,
      BARE_SERVICE_HOST: undefined,
    },
  },
  {
    name: 'only the API without service links',
    spec: { enableServiceLinks: false },
    want: { KUBERNETES_SERVICE_PORT: '443', MY_DB_SERVICE_HOST: undefined },
  },
  {
    name: 'later sources win',
    container: {
      envFrom: [{ configMapRef: { name: 'conf' } }, { prefix: 'S_', secretRef: { name: 'hidden' } }],
      env: [{ name: 'color', value: 'blue' }],
    },
    want: { color: 'blue', FIRST: 'conf', S_key: 's3cret' },
  },
  {
    name: 'values may use what came before',
    container: {
      envFrom: [{ configMapRef: { name: 'conf' } }],
      env: [
        { name: 'A', value: '$(FIRST)-$(KUBERNETES_SERVICE_PORT)-$(B)' },
        { name: 'B', value: '$(A)' },
      ],
    },
    want: { A: 'conf-443-$(B)', B: 'conf-443-$(B)' },
  },
  {
    name: 'keys',
    container: {
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: key('conf', 'color') } },
        { name: 'B', valueFrom: { secretKeyRef: key('hidden', 'key') } },
        { name: 'C', valueFrom: { configMapKeyRef: key('none', 'x', true) } },
        { name: 'D', valueFrom: { secretKeyRef: key('hidden', 'x', true) } },
        { name: 'E', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ],
    },
    want: { A: 'red', B: 's3cret', C: undefined, D: undefined, E: '10.0.0.7' },
  },
  {
    name: 'optional sources may be missing',
    container: { envFrom: [{ secretRef: { name: 'none', optional: true } }] },
    want: {},
  },
  {
    name: 'a missing ConfigMap',
    container: { envFrom: [{ configMapRef: { name: 'none' } }] },
    throws: 'configmap "none" not found',
  },
  {
    name: 'a missing Secret',
    container: { env: [{ name: 'A', valueFrom: { secretKeyRef: key('none', 'x') } }] },
    throws: 'secret "none" not found',
  },
  {
    name: 'a missing key',
    container: { env: [{ name: 'A', valueFrom: { configMapKeyRef: key('conf', 'x') } }] },
    throws: "couldn't find key x in ConfigMap shop/conf",
  },
  {
    name: 'a file of a volume',
    container: {
      env: [
        { name: 'A', valueFrom: { fileKeyRef: inFile('A') } },
        { name: 'B', valueFrom: { fileKeyRef: { ...inFile('B'), optional: true } } },
        { name: 'C', valueFrom: { fileKeyRef: { ...inFile('A', 'none.env'), optional: true } } },
      ],
    },
    want: { A: '1', B: undefined, C: undefined },
  },
  {
    name: 'a missing key of a file',
    container: { env: [{ name: 'A', valueFrom: { fileKeyRef: inFile('B') } }] },
    throws: "couldn't find key B in file a.env of volume scratch",
  },
  {
    name: 'a missing file',
    container: { env: [{ name: 'A', valueFrom: { fileKeyRef: inFile('A', 'none.env') } }] },
    throws: "couldn't find file none.env in volume scratch",
  },
]

for (const { name, container: rest, spec, want = {}, throws } of cases) {
  test(`environment: ${name}`, () => {
    const pod = podOf({ spec })
    const make = () => environment(pod, container('main', rest), sources, facts)
    if (throws) return assert.throws(make, { message: throws })
    const env = make()
    for (const [variable, value] of Object.entries(want)) assert.equal(env.get(variable), value, variable)
  })
}

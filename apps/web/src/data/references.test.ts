import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referencesOf } from './references.ts'

const of = (spec: unknown) =>
  [...referencesOf({ metadata: { name: 'x' }, spec } as never)].map(([key, how]) => `${key} ${[...how].join('+')}`)

const container = {
  env: [
    { valueFrom: { secretKeyRef: { name: 'password' } } },
    { valueFrom: { configMapKeyRef: { name: 'settings' } } },
  ],
  envFrom: [{ secretRef: { name: 'password' } }, { configMapRef: { name: 'all' } }],
}
const cases = [
  {
    name: 'a pod',
    spec: {
      containers: [container],
      serviceAccountName: 'web',
      imagePullSecrets: [{ name: 'pull' }],
      volumes: [
        { name: 'a', secret: { secretName: 'password' } },
        { name: 'b', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'ca' } }, { secret: { name: 'key' } }, {}] } },
      ],
    },
    want: [
      'secrets/password env+volume',
      'configmaps/settings env',
      'configmaps/all env',
      'persistentvolumeclaims/data volume',
      'configmaps/ca volume',
      'secrets/key volume',
      'secrets/pull pull',
      'serviceaccounts/web identity',
    ],
  },
  {
    name: 'a deployment',
    spec: { template: { spec: { containers: [], volumes: [{ configMap: { name: 'm' } }] } } },
    want: ['configmaps/m volume'],
  },
  {
    name: 'a cron job',
    spec: { jobTemplate: { spec: { template: { spec: { initContainers: [container] } } } } },
    want: ['secrets/password env', 'configmaps/settings env', 'configmaps/all env'],
  },
  { name: 'an ingress', spec: { tls: [{ secretName: 'cert' }] }, want: ['secrets/cert tls'] },
  { name: 'something else', spec: { containers: undefined }, want: [] },
]
for (const { name, spec, want } of cases) test(`what ${name} refers to`, () => assert.deepEqual(of(spec), want))

test('what a service account refers to', () => {
  const account = { metadata: { name: 'x' }, imagePullSecrets: [{ name: 'registry' }], secrets: [{ name: 'token' }] }
  assert.deepEqual([...referencesOf(account as never).keys()], ['secrets/registry', 'secrets/token'])
})

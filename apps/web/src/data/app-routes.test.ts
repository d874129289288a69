import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routesOf } from './app-routes.ts'

test('a route knows its address, its name and whether it answered', () => {
  const backend = { service: { name: 'web' } }
  const ingress = {
    metadata: { name: 'web', namespace: 'shop-test', labels: { 'sampan.dev/environment': 'test' } },
    spec: {
      tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      rules: ['web-test.shop.localhost', 'shop.example.com'].map((host) => ({
        host,
        http: { paths: [{ path: '/', backend }] },
      })),
    },
  }
  const record = { spec: { name: 'web-test.shop.localhost', values: ['10.0.0.1'] } }
  const places = [
    { environment: 'production', state: 'none' },
    { environment: 'test', state: 'verified', url: 'http://web-test.shop.localhost:8080' },
  ]
  const routes = routesOf([ingress], [record as never], places)
  assert.deepEqual(
    routes.map(({ url, addresses, secret, isVerified }) => [url, addresses, secret, isVerified]),
    [
      ['http://web-test.shop.localhost:8080/', ['10.0.0.1'], undefined, true],
      ['https://shop.example.com/', [], 'shop-tls', true],
    ],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReason } from '../errors.ts'
import { decodeProtobuf, isProtobuf } from './decode.ts'
import { recorded } from './recorded.ts'
import { WireWriter } from './wire.ts'

const write = () => new WireWriter()

function body(apiVersion: string, kind: string, object: WireWriter): Uint8Array {
  const envelope = write()
    .message(1, write().text(1, apiVersion).text(2, kind))
    .message(2, object)
    .text(3, '')
    .text(4, '')
  return Uint8Array.from([0x6b, 0x38, 0x73, 0x00, ...envelope.finish()])
}
const refused = (bytes: Uint8Array, why: RegExp) =>
  assert.throws(
    () => decodeProtobuf(bytes),
    (error) => isReason(error, 'BadRequest') && why.test(error.message),
  )

for (const [command, base64, object] of recorded)
  test(`kubectl ${command}`, () => assert.deepEqual(decodeProtobuf(Buffer.from(base64, 'base64')), object))

test('recorded deployments keep the replicas that were given as zero', () => {
  const object = recorded[0]![2] as { spec: { replicas: number } }
  assert.equal(object.spec.replicas, 0)
})

const podSpec = (container: WireWriter, spec = write()) => write().message(2, spec.message(2, container))
const cases: [name: string, bytes: Uint8Array, want: object][] = [
  [
    'a pod with inlined volume sources, probes, quantities and key selectors',
    body(
      'v1',
      'Pod',
      write()
        .message(1, write().text(1, 'web').message(8, write()).message(11, write().text(1, '__proto__').text(2, 'x')))
        .message(
          2,
          write()
            .message(1, write().text(1, 'tmp').message(2, write().message(2, write())))
            .message(
              1,
              write()
                .text(1, 'host')
                .message(2, write().message(1, write().text(1, '/x').text(2, ''))),
            )
            .message(
              2,
              write()
                .text(1, 'main')
                .message(
                  7,
                  write()
                    .text(1, 'A')
                    .message(3, write().message(3, write().message(1, write().text(1, 'cm')).text(2, 'k'))),
                )
                .message(8, write().message(1, write().text(1, 'cpu').message(2, write().text(1, '100m'))))
                .message(
                  10,
                  write()
                    .message(
                      1,
                      write().message(
                        2,
                        write().text(1, '/').message(2, write().varint(1, 1).varint(2, 0).text(3, 'http')),
                      ),
                    )
                    .varint(2, 0),
                ),
            )
            .varint(4, 0),
        ),
    ),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', labels: JSON.parse('{"__proto__":"x"}') },
      spec: {
        volumes: [
          { name: 'tmp', emptyDir: {} },
          { name: 'host', hostPath: { path: '/x', type: '' } },
        ],
        containers: [
          {
            name: 'main',
            env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } }],
            resources: { limits: { cpu: '100m' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' } },
          },
        ],
        terminationGracePeriodSeconds: 0,
      },
    },
  ],
  [
    'a service whose target port was never set',
    body(
      'v1',
      'Service',
      write().message(
        2,
        write().message(
          1,
          write()
            .text(1, '')
            .text(2, '')
            .varint(3, 80)
            .message(4, write().varint(1, 0).varint(2, 0).text(3, ''))
            .varint(5, 0),
        ),
      ),
    ),
    { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
  ],
  [
    'a lease with micro times',
    body(
      'coordination.k8s.io/v1',
      'Lease',
      write().message(
        2,
        write().text(1, 'me').varint(2, 15).message(4, write().varint(1, 1767225600).varint(2, 123456789)),
      ),
    ),
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.123456Z' },
    },
  ],
  [
    'a secret of raw bytes',
    body(
      'v1',
      'Secret',
      write()
        .message(
          2,
          write()
            .text(1, 'a')
            .bytes(2, Uint8Array.from([255, 0])),
        )
        .message(2, write().text(1, 'empty')),
    ),
    { apiVersion: 'v1', kind: 'Secret', data: { a: '/wA=', empty: '' } },
  ],
  [
    'delete options of any group',
    body('apps/v1', 'DeleteOptions', write().varint(1, 0).text(4, 'Background').text(5, 'All')),
    {
      apiVersion: 'apps/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Background',
      dryRun: ['All'],
    },
  ],
  [
    'a container status that is not ready',
    body(
      'v1',
      'Pod',
      write().message(3, write().message(8, write().text(1, 'main').varint(4, 0).varint(5, 0).varint(9, 0))),
    ),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      status: {
        containerStatuses: [{ name: 'main', started: false, image: '', imageID: '', ready: false, restartCount: 0 }],
      },
    },
  ],
  [
    'a custom resource definition with a schema',
    body(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      write().message(
        2,
        write().message(
          7,
          write()
            .text(1, 'v1')
            .varint(2, 1)
            .message(
              4,
              write().message(
                1,
                write()
                  .text(5, 'object')
                  .message(8, write().bytes(1, Buffer.from('{"a":1}')))
                  .message(20, write().bytes(1, Buffer.from('"x"')))
                  .message(24, write().message(1, write().text(5, 'string')))
                  .message(29, write().text(1, 'p').message(2, write().double(11, 0).varint(38, 1)))
                  .message(30, write().varint(1, 0)),
              ),
            ),
        ),
      ),
    ),
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      spec: {
        group: '',
        scope: '',
        versions: [
          {
            name: 'v1',
            served: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                default: { a: 1 },
                enum: ['x'],
                items: { type: 'string' },
                additionalProperties: false,
                properties: { p: { minimum: 0, 'x-kubernetes-preserve-unknown-fields': true } },
              },
            },
            storage: false,
          },
        ],
      },
    },
  ],
  [
    'a device class that stands for an extended resource',
    body(
      'resource.k8s.io/v1',
      'DeviceClass',
      write().message(1, write().text(1, 'gpu')).message(2, write().text(4, 'example.com/gpu')),
    ),
    {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'DeviceClass',
      metadata: { name: 'gpu' },
      spec: { extendedResourceName: 'example.com/gpu' },
    },
  ],
  [
    'capacities of a device, shared and bound',
    body(
      'resource.k8s.io/v1',
      'ResourceSlice',
      write().message(
        2,
        write().message(
          6,
          write()
            .text(1, 'd')
            .message(
              3,
              write()
                .text(1, 'memory')
                .message(
                  2,
                  write()
                    .message(1, write().text(1, '4Gi'))
                    .message(2, write().message(1, write().text(1, '1Gi')).message(3, write().text(1, '2Gi'))),
                ),
            )
            .varint(9, 0)
            .text(10, 'ready')
            .varint(12, 1),
        ),
      ),
    ),
    {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      spec: {
        devices: [
          {
            name: 'd',
            capacity: { memory: { value: '4Gi', requestPolicy: { default: '1Gi', validValues: ['2Gi'] } } },
            bindsToNode: false,
            bindingConditions: ['ready'],
            allowMultipleAllocations: true,
          },
        ],
        driver: '',
      },
    },
  ],
  [
    'a driver whose pods wait for it',
    body('storage.k8s.io/v1', 'CSIDriver', write().message(2, write().varint(11, 1))),
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', spec: { preventPodSchedulingIfMissing: true } },
  ],
  [
    'what a CRD status was made from',
    body(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      write().message(3, write().message(1, write().text(1, 'Established').varint(6, 3)).varint(4, 3)),
    ),
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      status: { conditions: [{ type: 'Established', status: '', observedGeneration: 3 }], observedGeneration: 3 },
    },
  ],
  [
    'fields newer than the table are left out',
    body('v1', 'ConfigMap', write().message(1, write().text(1, 'a').text(9999, 'new')).varint(888, 1).double(889, 1)),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
  ],
]
for (const [name, bytes, want] of cases) test(`protobuf: ${name}`, () => assert.deepEqual(decodeProtobuf(bytes), want))

test('negative numbers and packed lists', () => {
  const packed = write().bytes(4, Uint8Array.from([0x01, 0xac, 0x02]))
  const bytes = body('v1', 'Pod', podSpec(write().text(1, 'c'), write().message(14, packed.varint(2, -1))))
  const { spec } = decodeProtobuf(bytes) as unknown as { spec: { securityContext: object } }
  assert.deepEqual(spec.securityContext, { supplementalGroups: [1, 300], runAsUser: -1 })
})

test('malformed bodies are refused, never crash', () => {
  assert.equal(isProtobuf(Buffer.from('{}')), false)
  refused(Buffer.from('{}'), /does not begin/)
  refused(body('v1', 'Nope', write()), /no kind "Nope"/)
  refused(body('example.com/v1', 'Foo', write()), /no kind "Foo"/)
  refused(body('v1', '__proto__', write()), /no kind/)
  refused(body('v1', 'Pod', write().varint(1, 5)), /wrong wire type/)
  refused(body('v1', 'Pod', write().message(1, write().bytes(1, Uint8Array.from([0xff])))), /UTF-8/)
  const good = body('v1', 'Pod', podSpec(write().text(1, 'main')))
  for (let size = 4; size < good.length; size++)
    try {
      decodeProtobuf(good.subarray(0, size))
    } catch (error) {
      assert.ok(isReason(error, 'BadRequest'), String(error))
    }
})

test('random bytes are refused or decoded, never anything else', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return seed
  }
  for (let round = 0; round < 2000; round++) {
    const noise = Uint8Array.from({ length: random() % 40 }, () => random() % 256)
    try {
      decodeProtobuf(body('v1', 'Pod', write().bytes(2, noise)))
    } catch (error) {
      assert.ok(isReason(error, 'BadRequest'), String(error))
    }
  }
})

test('schemas nested without end are refused', () => {
  let schema = write().text(5, 'object')
  for (let depth = 0; depth < 500; depth++) schema = write().message(28, schema)
  const version = write().message(4, write().message(1, schema))
  refused(
    body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', write().message(2, write().message(7, version))),
    /too deep/,
  )
})

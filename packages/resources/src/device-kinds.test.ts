import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'

/** Kind, spec (or members of the object), old spec, what is wrong. */
type Case = [name: string, kind: string, object: object, wanted: string[], old?: object]

const subject = { kind: 'User', user: { name: 'jane' } }
const rules = [{ subjects: [subject], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }]
const level = { priorityLevelConfiguration: { name: 'p' } }
const queue = (queuing: object) => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } },
})
const request = { name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }
const claim = (...requests: object[]) => ({ spec: { devices: { requests } } })
const pool = { name: 'pool', generation: 1, resourceSliceCount: 1 }

const cases: Case[] = [
  ['a flow schema', 'FlowSchema', { spec: { ...level, rules } }, []],
  [
    'a flow without a level',
    'FlowSchema',
    { spec: { rules } },
    ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
  ],
  [
    'a precedence of nothing',
    'FlowSchema',
    { spec: { ...level, matchingPrecedence: 20_000 } },
    ['spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000'],
  ],
  [
    'a subject that is two',
    'FlowSchema',
    { spec: { ...level, rules: [{ ...rules[0], subjects: [{ ...subject, group: { name: 'g' } }] }] } },
    ["spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'"],
  ],
  [
    'a rule about nothing',
    'FlowSchema',
    { spec: { ...level, rules: [{ subjects: [subject] }] } },
    ['spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty'],
  ],
  ['a level that queues', 'PriorityLevelConfiguration', queue({}), []],
  [
    'hands larger than the table',
    'PriorityLevelConfiguration',
    queue({ queues: 2, handSize: 8, queueLengthLimit: 5 }),
    ['spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (2)'],
  ],
  [
    'a level that says nothing',
    'PriorityLevelConfiguration',
    { spec: { type: 'Limited' } },
    ['spec.limited: Required value: must not be empty when type is Limited'],
  ],
  ['a driver', 'CSIDriver', { spec: {} }, []],
  [
    'an unknown policy',
    'CSIDriver',
    { spec: { fsGroupPolicy: 'Maybe' } },
    ['spec.fsGroupPolicy: Unsupported value: "Maybe": supported values: "File", "None", "ReadWriteOnceWithFSType"'],
  ],
  [
    'another way to attach',
    'CSIDriver',
    { spec: { attachRequired: false } },
    ['spec.attachRequired: Invalid value: false: field is immutable'],
    { spec: {} },
  ],
  [
    'a short-lived token',
    'CSIDriver',
    { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 60 }] } },
    ['spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes'],
  ],
  [
    'a driver twice',
    'CSINode',
    {
      spec: {
        drivers: [
          { name: 'd', nodeID: 'n' },
          { name: 'd', nodeID: 'n' },
        ],
      },
    },
    ['spec.drivers[1].name: Duplicate value: "d"'],
  ],
  ['a driver nowhere', 'CSINode', { spec: { drivers: [{ name: 'd' }] } }, ['spec.drivers[0].nodeID: Required value']],
  ['capacity of no class', 'CSIStorageCapacity', { capacity: '1Gi' }, ['storageClassName: Required value']],
  [
    'negative capacity',
    'CSIStorageCapacity',
    { storageClassName: 'c', capacity: '-1' },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'an attachment of nothing',
    'VolumeAttachment',
    { spec: { attacher: 'a', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  ['a claim', 'ResourceClaim', claim(request), []],
  [
    'a request twice',
    'ResourceClaim',
    claim(request, request),
    ['spec.devices.requests[1].name: Duplicate value: "gpu"'],
  ],
  [
    'a request for nothing',
    'ResourceClaim',
    claim({ name: 'gpu' }),
    ['spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required'],
  ],
  [
    'a claim that changes its mind',
    'ResourceClaim',
    claim(),
    ['spec: Invalid value: {"devices":{"requests":[]}}: field is immutable'],
    claim(request),
  ],
  [
    'a template of nothing',
    'ResourceClaimTemplate',
    { spec: { spec: { devices: { requests: [{ name: 'x', exactly: {} }] } } } },
    ['spec.spec.devices.requests[0].exactly.deviceClassName: Required value'],
  ],
  [
    'a class with an empty selector',
    'DeviceClass',
    { spec: { selectors: [{ cel: {} }] } },
    ['spec.selectors[0].cel.expression: Required value'],
  ],
  [
    'a slice',
    'ResourceSlice',
    { spec: { driver: 'd.example.com', pool, allNodes: true, devices: [{ name: 'a' }] } },
    [],
  ],
  [
    'a slice nowhere',
    'ResourceSlice',
    { spec: { driver: 'd.example.com', pool } },
    [
      'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
    ],
  ],
  [
    'a device twice',
    'ResourceSlice',
    { spec: { driver: 'd', pool, nodeName: 'n', devices: [{ name: 'a' }, { name: 'a' }] } },
    ['spec.devices[1].name: Duplicate value: "a"'],
  ],
]

for (const [name, kind, object, wanted, old] of cases)
  test(`${kind}: ${name}`, () => {
    const definition = builtInKinds.find((one) => one.kind === kind)!
    const made = (from: object) => {
      const one = structuredClone({ metadata: { name: 'a' }, ...from }) as KubeObject
      definition.defaults(one)
      return one
    }
    const found = definition
      .validate(made(object), old && made(old))
      .filter((one) => one !== false && one !== undefined)
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      wanted,
    )
  })

const volumes: [string, object, string | undefined, string[]][] = [
  ['by tag', { reference: 'registry.example.com:5000/data:1.2' }, 'IfNotPresent', []],
  ['by digest', { reference: `registry.example.com/data@sha256:${'a'.repeat(64)}` }, 'IfNotPresent', []],
  ['without a tag', { reference: 'registry.example.com:5000/data' }, 'Always', []],
  ['the latest', { reference: 'data:latest', pullPolicy: 'Never' }, 'Never', []],
  ['of nothing', {}, 'IfNotPresent', ['spec.volumes[0].image.reference: Required value']],
]
for (const [name, image, pullPolicy, wanted] of volumes)
  test(`Pod: a volume from an image ${name}`, () => {
    const definition = builtInKinds.find(({ kind }) => kind === 'Pod')!
    const pod = {
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'data', image: { ...image } }] },
    }
    definition.defaults(pod as never)
    assert.equal((pod.spec.volumes[0]!.image as { pullPolicy?: string }).pullPolicy, pullPolicy)
    const found = definition.validate(pod as never).filter((one) => one !== false && one !== undefined)
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      wanted,
    )
  })

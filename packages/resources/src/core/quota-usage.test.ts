import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ResourceClaim } from '../resource/resource-claim.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import { isInScope, usageOf } from './quota-usage.ts'
import type { ResourceQuota } from './resource-quota.ts'

const claims = { group: '', plural: 'persistentvolumeclaims' }
const claim = (wanted?: string, current?: string, target?: string) =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'n' },
    spec: { ...(wanted && { volumeAttributesClassName: wanted }) },
    status: {
      ...(current && { currentVolumeAttributesClassName: current }),
      ...(target && { modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: target } }),
    },
  }) as PersistentVolumeClaim
const quota = (operator: string, values?: string[], scopeName = 'VolumeAttributesClass') =>
  ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'n' },
    spec: { scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values && { values }) }] } },
  }) as ResourceQuota

describe('claims in a quota by the class of their attributes', () => {
  const cases: [name: string, ResourceQuota, PersistentVolumeClaim, boolean][] = [
    ['the class it asks for', quota('In', ['gold']), claim('gold'), true],
    ['the class it still has', quota('In', ['gold']), claim('silver', 'gold'), true],
    ['the class it is on its way to', quota('In', ['gold']), claim('silver', 'bronze', 'gold'), true],
    ['another class', quota('In', ['gold']), claim('silver'), false],
    ['no class, one is asked for', quota('In', ['gold']), claim(), false],
    ['any class', quota('Exists'), claim('silver'), true],
    ['any class, and it has none', quota('Exists'), claim(), false],
    ['none', quota('DoesNotExist'), claim(), true],
    ['none, and it has one', quota('DoesNotExist'), claim('gold'), false],
    ['all but one, and it has none', quota('NotIn', ['gold']), claim(), true],
    ['all but the one it has', quota('NotIn', ['gold']), claim('gold'), false],
    ['a scope of pods', quota('Exists', undefined, 'Terminating'), claim('gold'), false],
  ]
  for (const [name, one, object, want] of cases)
    test(`${name}: ${want ? 'counted' : 'not counted'}`, () => assert.equal(isInScope(one, claims, object), want))
})

test('a claim of devices takes the most of each class that its requests may come to', () => {
  const exactly = (deviceClassName: string, more: object = {}) => ({ deviceClassName, ...more })
  const claim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'c', namespace: 'n' },
    spec: {
      devices: {
        requests: [
          { name: 'one', exactly: exactly('gpu', { allocationMode: 'ExactCount', count: 2 }) },
          { name: 'plain', exactly: exactly('gpu') },
          {
            name: 'either',
            firstAvailable: [
              { name: 'big', ...exactly('gpu', { count: 1 }) },
              { name: 'small', ...exactly('gpu', { count: 4 }) },
              { name: 'other', ...exactly('nic', { allocationMode: 'All' }) },
            ],
          },
        ],
      },
    },
  } as unknown as ResourceClaim
  assert.deepEqual(usageOf({ group: 'resource.k8s.io', plural: 'resourceclaims' }, claim), {
    'count/resourceclaims.resource.k8s.io': '1',
    'gpu.deviceclass.resource.k8s.io/devices': '7',
    'nic.deviceclass.resource.k8s.io/devices': '32',
  })
})

test('a claim without a spec is counted until it is refused', () => {
  const claim = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'c', namespace: 'n' } }
  assert.deepEqual(usageOf({ group: 'resource.k8s.io', plural: 'resourceclaims' }, claim), {
    'count/resourceclaims.resource.k8s.io': '1',
  })
})

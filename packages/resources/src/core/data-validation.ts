import { jsonEqual } from '@sampan/kit/json-equal'
import { configKeyProblems } from '@sampan/kit/names'
import { immutable, type Problems } from '../check.ts'
import { forbiddenField, invalidValue, required, tooLong } from '../problem.ts'
import { bytesOf, sizeOf } from './base64.ts'
import type { ConfigMap } from './config-map.ts'
import type { Secret } from './secret.ts'

/** The most that a ConfigMap or Secret holds: 1 MiB of values. */
export const largestData = 1 << 20

const encoder = new TextEncoder()
/** That UTF-8 takes for one unit of a text. */
const mostBytes = 3

function exactSize({ data = {}, binaryData = {} }: ConfigMap): number {
  let size = 0
  for (const text of Object.values(data)) size += text.length > largestData ? text.length : encoder.encode(text).length
  for (const base64 of Object.values(binaryData)) size += sizeOf(base64)
  return size
}

export function* configMapProblems(one: ConfigMap, old?: ConfigMap): Problems {
  let size = 0
  for (const [key, text] of Object.entries(one.data ?? {})) {
    for (const why of configKeyProblems(key)) yield invalidValue(`data[${key}]`, key, why)
    if (one.binaryData && Object.hasOwn(one.binaryData, key))
      yield invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')
    size += text.length * mostBytes
  }
  for (const [key, base64] of Object.entries(one.binaryData ?? {})) {
    for (const why of configKeyProblems(key)) yield invalidValue(`binaryData[${key}]`, key, why)
    size += sizeOf(base64)
  }
  if (size > largestData && exactSize(one) > largestData) yield tooLong('', largestData)
  if (!old?.immutable) return
  const why = 'field is immutable when `immutable` is set'
  if (!one.immutable) yield forbiddenField('immutable', why)
  if (!jsonEqual(one.data ?? {}, old.data ?? {})) yield forbiddenField('data', why)
  if (!jsonEqual(one.binaryData ?? {}, old.binaryData ?? {})) yield forbiddenField('binaryData', why)
}

export function* secretProblems(one: Secret, old?: Secret): Problems {
  let size = 0
  for (const [key, base64] of Object.entries(one.data ?? {})) {
    for (const why of configKeyProblems(key)) yield invalidValue(`data[${key}]`, key, why)
    if (bytesOf(base64) === undefined) yield invalidValue(`data[${key}]`, '<not shown>', 'must be base64')
    size += sizeOf(base64)
  }
  if (size > largestData) yield tooLong('data', largestData)
  yield* typeProblems(one)
  if (!old) return
  yield* immutable('type', one.type, old.type)
  if (!old.immutable) return
  const why = 'field is immutable when `immutable` is set'
  if (!one.immutable) yield forbiddenField('immutable', why)
  if (!jsonEqual(one.data ?? {}, old.data ?? {})) yield forbiddenField('data', why)
}

/** Keys that well-known types must have; empty values count. */
const wanted = new Map<string, readonly string[]>(
  Object.entries({
    'kubernetes.io/dockercfg': ['.dockercfg'],
    'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
    'kubernetes.io/ssh-auth': ['ssh-privatekey'],
    'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  }),
)

function* typeProblems({ type = '', data = {}, metadata }: Secret): Problems {
  for (const key of wanted.get(type) ?? []) if (!Object.hasOwn(data, key)) yield required(`data[${key}]`)
  if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
    yield required('data[username]')
    yield required('data[password]')
  }
  if (type === 'kubernetes.io/service-account-token' && !metadata.annotations?.['kubernetes.io/service-account.name'])
    yield required('metadata.annotations[kubernetes.io/service-account.name]')
  if (type === 'kubernetes.io/dockerconfigjson' && data['.dockerconfigjson'] && !isJson(data['.dockerconfigjson']))
    yield invalidValue('data[.dockerconfigjson]', '<secret contents redacted>', 'must be JSON')
}

function isJson(base64: string): boolean {
  const bytes = bytesOf(base64)
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

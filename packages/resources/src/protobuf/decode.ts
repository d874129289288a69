import { base64FromBytes } from '../core/base64.ts'
import { badRequest } from '../errors.ts'
import type { KubeObject } from '../meta.ts'
import { definition } from '../schemas.ts'
import { leaves, wholeOf } from './leaves.ts'
import { type Field, messageNameOf, messageOf } from './messages.ts'
import { fieldsOf, textOf, WireError, type WireField } from './wire.ts'

/** `k8s\0`: what every object in protobuf begins with. */
const magic = [0x6b, 0x38, 0x73, 0x00]

/** CustomResourceDefinitions nest schemas; nobody nests this deep. */
const deepest = 200

export const isProtobuf = (bytes: Uint8Array): boolean => magic.every((byte, at) => bytes[at] === byte)

/**
 * The object in a body of type `application/vnd.kubernetes.protobuf`, as its JSON would be. Clients write scalars that
 * were never set as zeros; those are left out, as JSON does. Throws `StatusError` BadRequest on bytes that are no such
 * object, and on kinds whose messages are not known (custom resources have none).
 */
export function decodeProtobuf(bytes: Uint8Array): KubeObject {
  if (!isProtobuf(bytes)) throw badRequest('the body is not protobuf: it does not begin with "k8s\\0"')
  try {
    const { apiVersion, kind, raw, contentType } = envelopeOf(bytes.subarray(magic.length))
    if (contentType === 'application/json') return JSON.parse(textOf(raw)) as KubeObject
    const message = messageNameOf(apiVersion, kind)
    if (!message) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`)
    return { apiVersion, kind, ...decoded(message, raw, 0) } as KubeObject
  } catch (error) {
    if (error instanceof WireError || error instanceof SyntaxError)
      throw badRequest(`the body is not valid protobuf: ${error.message}`, { cause: error })
    throw error
  }
}

function envelopeOf(bytes: Uint8Array) {
  const envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentType: '' }
  for (const { number, type, value } of fieldsOf(bytes)) {
    if (type !== 'bytes') continue
    if (number === 1)
      for (const inner of fieldsOf(value)) {
        if (inner.type !== 'bytes') continue
        if (inner.number === 1) envelope.apiVersion = textOf(inner.value)
        if (inner.number === 2) envelope.kind = textOf(inner.value)
      }
    if (number === 2) envelope.raw = value as Uint8Array<ArrayBuffer>
    if (number === 4) envelope.contentType = textOf(value)
  }
  return envelope
}

type Decoded = Record<string, unknown>

function decoded(name: string, bytes: Uint8Array, depth: number): Decoded {
  if (depth > deepest) throw new WireError('nested too deep')
  const message = messageOf(name)
  if (!message) throw new WireError(`no message ${name}`)
  const made: Decoded = {}
  const maps = new Map<string, [string, unknown][]>()
  for (const wire of fieldsOf(bytes)) {
    const field = message.get(wire.number)
    if (!field) continue // newer than this table: JSON would have dropped it too
    if (field.isMap) {
      const entries = maps.get(field.name) ?? []
      entries.push(entryOf(field, wire, depth))
      maps.set(field.name, entries)
    } else if (field.isRepeated) {
      made[field.name] ??= []
      ;(made[field.name] as unknown[]).push(...listValues(field, wire, depth))
    } else {
      const value = oneValue(field, wire, depth)
      if (field.isInline) Object.assign(made, value)
      else if (value !== undefined && !isUnset(name, field, value)) made[field.name] = value
    }
  }
  // From entries, so that a key named `__proto__` is a key.
  for (const [key, entries] of maps) made[key] = Object.fromEntries(entries)
  return withRequired(name, made)
}

const zeros: Record<string, unknown> = { string: '', integer: 0, boolean: false }

/** Zeros that JSON always writes come back: `ready: false` of a container status says something. */
function withRequired(name: string, made: Decoded): Decoded {
  const schema = definition(definitionName(name))
  for (const key of schema?.required ?? []) {
    const { type, format } = schema?.properties?.[key] ?? {}
    if (type && type in zeros && !format?.includes('date') && !(key in made)) made[key] = zeros[type]
  }
  return made
}

const definitionName = (message: string) =>
  message
    .replace(/^k8s\.io\./, 'io.k8s.')
    .replace('apiextensions_apiserver', 'apiextensions-apiserver')
    .replace('kube_aggregator', 'kube-aggregator')

function isUnset(message: string, field: Field, value: unknown): boolean {
  if (field.keepsZero) return false
  if (field.type === 'message') return value === 0 && message === 'k8s.io.api.core.v1.ServicePort'
  return value === 0 || value === '' || value === false
}

function oneValue(field: Field, wire: WireField, depth: number): unknown {
  switch (field.type) {
    case 'string':
      return textOf(bytesIn(wire))
    case 'bytes':
      return base64FromBytes(bytesIn(wire))
    case 'bool':
      return numberIn(wire) !== 0n
    case 'int':
      return wholeOf(numberIn(wire))
    case 'double':
      if (wire.type !== 'fixed64') throw new WireError(`${field.name} is no double`)
      return wire.value.getFloat64(0, true)
    case 'message':
      return messageValue(field.message, bytesIn(wire), depth)
  }
}

function messageValue(name: string, bytes: Uint8Array, depth: number): unknown {
  const leaf = leaves[name]
  if (!leaf) return decoded(name, bytes, depth + 1)
  return leaf(bytes, (inner, from) => decoded(inner, from, depth + 1))
}

/** Numbers of a list may come packed into one field. */
function listValues(field: Field, wire: WireField, depth: number): unknown[] {
  if (wire.type !== 'bytes' || (field.type !== 'int' && field.type !== 'bool')) {
    const value = oneValue(field, wire, depth)
    return [value === undefined ? {} : value]
  }
  const values: unknown[] = []
  let number = 0n
  let shift = 0n
  for (const byte of wire.value) {
    number |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    values.push(field.type === 'bool' ? number !== 0n : wholeOf(number))
    number = 0n
    shift = 0n
  }
  return values
}

function entryOf(field: Field, wire: WireField, depth: number): [string, unknown] {
  let key = ''
  let value: unknown
  for (const part of fieldsOf(bytesIn(wire))) {
    if (part.number === 1) key = textOf(bytesIn(part))
    if (part.number === 2) value = oneValue(field, part, depth)
  }
  return [key, value ?? emptyOf(field, depth)]
}

function emptyOf(field: Field, depth: number): unknown {
  const zeros = { string: '', bytes: '', int: 0, double: 0, bool: false }
  return field.type === 'message' ? messageValue(field.message, new Uint8Array(), depth) : zeros[field.type]
}

function bytesIn(wire: WireField): Uint8Array {
  if (wire.type !== 'bytes') throw new WireError(`field ${wire.number} has the wrong wire type`)
  return wire.value
}

function numberIn(wire: WireField): bigint {
  if (wire.type !== 'varint') throw new WireError(`field ${wire.number} has the wrong wire type`)
  return wire.value
}

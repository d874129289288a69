import { findQuantity, quantityPattern } from '@sampan/kit/quantity'
import type { Schema } from '@sampan/resources/define'

type Members = Record<string, unknown>

/** A value that cannot be what its field is; the message is for the caller. */
export class WrongType extends Error {}

/**
 * Reads an object of a built-in kind as upstream's typed decoding does, in place: members the schema does not know are
 * dropped and answered, `null` is the same as nothing, and a value of the wrong type throws `WrongType`.
 */
export function decodeTyped(schema: Schema, object: object): string[] {
  const unknown: string[] = []
  typed(schema, object, '', unknown)
  return unknown
}

/** The value as its field has it; undefined for null. */
function typed(schema: Schema, value: unknown, at: string, unknown: string[]): unknown {
  if (value === null || value === undefined) return undefined
  if (schema.format === 'quantity') return quantity(value, at)
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof value === 'string' || isInt32(value)) return value
    throw wrong(value, at, 'a whole number or a string')
  }
  if (schema.properties) return struct(schema, value, at, unknown)
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') throw wrong(value, at, 'string')
      if (schema.format?.startsWith('date-time') && !isTime(value))
        throw new WrongType(`${at}: parsing time ${JSON.stringify(value)}: it is not RFC 3339`)
      return value
    case 'integer':
      if (!Number.isSafeInteger(value) || (schema.format === 'int32' && !isInt32(value)))
        throw wrong(value, at, schema.format ?? 'int64')
      return value
    case 'number':
      if (typeof value !== 'number') throw wrong(value, at, 'float64')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong(value, at, 'bool')
      return value
    case 'array':
      return list(schema, value, at, unknown)
    case 'object':
      return map(schema, value, at, unknown)
    default:
      return value
  }
}

function struct(schema: Schema, value: unknown, at: string, unknown: string[]): unknown {
  if (!isObject(value)) throw wrong(value, at, 'an object')
  for (const key of Object.keys(value)) {
    const path = at ? `${at}.${key}` : key
    const known = Object.hasOwn(schema.properties!, key) ? schema.properties![key]! : undefined
    if (!known) {
      if (schema['x-kubernetes-preserve-unknown-fields']) continue
      unknown.push(path)
      delete value[key]
      continue
    }
    const member = typed(known, value[key], path, unknown)
    if (member === undefined) delete value[key]
    else value[key] = member
  }
  return value
}

function map(schema: Schema, value: unknown, at: string, unknown: string[]): unknown {
  if (!isObject(value)) throw wrong(value, at, 'an object')
  const { additionalProperties } = schema
  if (typeof additionalProperties !== 'object') return value
  for (const key of Object.keys(value))
    value[key] = typed(additionalProperties, value[key], `${at}.${key}`, unknown) ?? nothing(additionalProperties)
  return value
}

function list(schema: Schema, value: unknown, at: string, unknown: string[]): unknown {
  if (!Array.isArray(value)) throw wrong(value, at, 'a list')
  const { items } = schema
  if (!items) return value
  value.forEach((one, index) => {
    value[index] = typed(items, one, `${at}[${index}]`, unknown) ?? nothing(items)
  })
  return value
}

/** What an empty place in a list or map holds. */
function nothing(schema: Schema): unknown {
  if (schema.properties || schema.type === 'object') return {}
  if (schema.type === 'array') return []
  if (schema.type === 'boolean') return false
  return schema.type === 'string' || schema.format === 'quantity' ? '' : 0
}

function quantity(value: unknown, at: string): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') throw wrong(value, at, 'a quantity')
  if (!findQuantity(value)) throw new WrongType(`${at}: ${quantityPattern}`)
  return value
}

const isInt32 = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31

const isTime = (text: string) =>
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function wrong(value: unknown, at: string, wanted: string): WrongType {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return new WrongType(`json: cannot unmarshal ${found} into field ${at || 'the object'} of type ${wanted}`)
}

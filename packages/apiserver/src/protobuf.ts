import { StatusError } from '@sampan/resources/errors'

export function decodeProtobuf(_bytes: Uint8Array): unknown {
  throw new StatusError('UnsupportedMediaType', 'protobuf is not decoded')
}

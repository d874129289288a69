/** A container cannot be made from what the pod says or refers to. Becomes the reason its container waits for. */
export class ConfigError extends Error {
  readonly reason: string
  constructor(message: string, reason = 'CreateContainerConfigError') {
    super(message)
    this.name = 'ConfigError'
    this.reason = reason
  }
}

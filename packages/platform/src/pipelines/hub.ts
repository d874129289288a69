import { connect } from 'node:net'

/** Whether a TCP connection to Docker Hub can be opened within `timeoutMs`. */
export function hubAnswers({ host = 'registry-1.docker.io', port = 443, timeoutMs = 2000 } = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const done = (answers: boolean) => {
      socket.destroy()
      resolve(answers)
    }
    socket.once('connect', () => done(true))
    socket.once('timeout', () => done(false))
    socket.once('error', () => done(false))
  })
}

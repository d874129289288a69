/** The Kubernetes whose behaviour this server follows. */
export const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.2+sampan',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
}

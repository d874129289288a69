import type { Messages } from '../data/messages.ts'

export const terminalMessages = {
  'terminal.again': { en: 'Start again', zh: '重新开始' },
  'terminal.attach': { en: 'Attach to its process', zh: '附加到进程' },
  'terminal.attached': {
    en: 'Attached to the process of {container} of {pod}. What you type goes to it.',
    zh: '已附加到 {pod} 中 {container} 的进程，输入将直接发送给它。',
  },
  'terminal.attachMark': { en: 'attached', zh: '附加' },
  'terminal.close': { en: 'Close terminal {name}', zh: '关闭终端 {name}' },
  'terminal.connecting': { en: 'Connecting…', zh: '正在连接…' },
  'terminal.ended': { en: 'The shell ended with code {code}.', zh: 'Shell 已退出，退出码 {code}。' },
  'terminal.fontLarger': { en: 'Larger text', zh: '放大文字' },
  'terminal.fontSmaller': { en: 'Smaller text', zh: '缩小文字' },
  'terminal.gone': { en: 'The pod {pod} is gone.', zh: 'Pod {pod} 已不存在。' },
  'terminal.input': { en: 'Terminal', zh: '终端' },
  'terminal.keys': {
    en: 'Ctrl+C copies what is selected, Ctrl+V pastes, Ctrl+Shift+↑ leaves the terminal.',
    zh: '选中后按 Ctrl+C 复制，Ctrl+V 粘贴，Ctrl+Shift+↑ 离开终端。',
  },
  'terminal.lost': {
    en: 'The connection was lost; a new shell is started as soon as the server answers.',
    zh: '连接已断开，服务器恢复后将启动新的 Shell。',
  },
  'terminal.new': { en: 'New terminal', zh: '新建终端' },
  'terminal.noRunning': { en: 'No container is running', zh: '没有运行中的容器' },
  'terminal.noRunningHelp': {
    en: 'A terminal opens in a running container; look at the logs for why there is none.',
    zh: '终端需要运行中的容器；请查看日志了解原因。',
  },
  'terminal.noShell': {
    en: 'This container has no shell: its image holds neither bash nor sh. A debug container brings the tools and sees its processes.',
    zh: '此容器中没有 Shell（镜像既没有 bash 也没有 sh）。可启动调试容器，它自带工具并能看到此容器的进程。',
  },
  'terminal.open': { en: 'Connected to {container} of {pod}', zh: '已连接到 {pod} 的 {container}' },
  'terminal.pod': { en: 'Instance', zh: '实例' },
  'terminal.starting': {
    en: 'Container {container} is being started ({state}).',
    zh: '容器 {container} 正在启动（{state}）。',
  },
  'terminal.tabs': { en: 'Open terminals', zh: '已打开的终端' },
  'terminal.unknown': {
    en: 'There is no container {container} in this pod yet.',
    zh: '此 Pod 中还没有容器 {container}。',
  },
} as const satisfies Messages

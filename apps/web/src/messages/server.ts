/**
 * Sentences of the server, which says everything in English, and what they are in Chinese. `{1}` stands for whatever the
 * server put there and is translated in its turn. Without the last full stop. One that is missing is shown as it came.
 */
export const serverSentences: readonly (readonly [en: string, zh: string])[] = [
  // Service types and steps
  ['Web service', 'Web 服务'],
  ['Worker', '后台任务'],
  ['Answers HTTP on one port and has a route', '在一个端口上响应 HTTP，并带有路由'],
  ['Runs in the background: no port, no route', '在后台运行：没有端口，没有路由'],
  ['Fetch the source', '获取源代码'],
  ['Build', '构建'],
  ['Prepare the {1} stack, once', '准备 {1} 技术栈（仅一次）'],
  [
    'Build with the {1} stack, because there is {2} and no Dockerfile',
    '没有 Dockerfile，检测到 {2}，使用 {1} 技术栈构建',
  ],
  // On the way
  ['New instances are being made', '正在创建新实例'],
  ['being made', '正在创建'],
  ['{1} of {2} new instances ready', '{2} 个新实例中 {1} 个就绪'],
  ['{1} of {2} new instance ready', '{2} 个新实例中 {1} 个就绪'],
  ['{1} of {2} instances are ready', '{2} 个实例中 {1} 个就绪'],
  ['scaled to 0: nobody answers', '实例数为 0，无人响应'],
  ['runs; it has no route', '正在运行，没有路由'],
  ['route at {1}', '路由地址 {1}'],
  ['approved by {1}', '由 {1} 批准'],
  ['declined by {1}', '由 {1} 拒绝'],
  ['waiting: {1}', '等待中：{1}'],
  ['it was cancelled', '已被取消'],
  ['the node lost the build; it is started again', '节点丢失了该构建，正在重新开始'],
  // Releases
  ['Release {1} was not taken: {2} Meanwhile release {3} serves', '版本 {1} 未被采用：{2}期间由版本 {3} 继续服务'],
  ['Build {1} failed: {2} Meanwhile release {3} serves', '第 {1} 次构建失败：{2}期间由版本 {3} 继续服务'],
  ['Build {1} failed: {2}', '第 {1} 次构建失败：{2}'],
  ['The rollout failed', '发布失败'],
  ['rollback to {1}', '回滚到 {1}'],
  ['scaled to {1}', '扩缩容到 {1}'],
  ['port {1}', '端口 {1}'],
  ['as the image says', '以镜像声明为准'],
  ['cpu {1}', 'CPU {1}'],
  ['memory {1}', '内存 {1}'],
  ['service type {1}', '服务类型 {1}'],
  ['secrets changed', '更改引用的密钥'],
  ['configs changed', '更改引用的配置'],
  ['command changed', '更改命令'],
  ['args changed', '更改参数'],
  ['route changed', '更改路由'],
  ['check changed', '更改发布后检查'],
  ['more changed', '更改服务类型参数'],
  ['image {1}', '镜像 {1}'],
  ['env {1} set', '设置环境变量 {1}'],
  ['env {1} removed', '移除环境变量 {1}'],
  [
    "The instances did not become ready in {1} seconds ({2}): look at the app's log",
    '实例在 {1} 秒内没有就绪（{2}）：请查看应用日志',
  ],
  // Why builds fail
  ['it ended as {1}', '结束状态为 {1}'],
  ['stopped: {1}', '已停止：{1}'],
  ['its pod could not start: {1}', '其 Pod 无法启动：{1}'],
  ['the app {1} was removed', '应用 {1} 已被删除'],
  ['the commit has no files', '该提交没有文件'],
  ['the {1} stack could not be prepared: {2}', '无法准备 {1} 技术栈：{2}'],
  [
    'there is no Dockerfile, and no stack was recognised: looked for {1}',
    '没有 Dockerfile，也没有识别出技术栈：查找过 {1}',
  ],
  // Why instances do not run
  [
    'The program needed more memory than its limit of {1}: raise the memory of the app',
    '程序所需内存超过其上限 {1}：请调高应用的内存',
  ],
  ['The program ran out of memory: raise the memory of the app', '程序内存不足：请调高应用的内存'],
  [
    "The program needs the environment variable {1}: set it in the app's parameters",
    '程序需要环境变量 {1}：请在应用参数中设置',
  ],
  ['The program lacks "{1}": add it to {2} and push again', '程序缺少“{1}”：请加入 {2} 后重新推送'],
  [
    'The program may not open port {1}: let it listen on $PORT (a number above 1023)',
    '程序无权打开端口 {1}：请监听 $PORT（大于 1023）',
  ],
  [
    'The program could not find the host "{1}": correct the name, or deploy that service first',
    '程序找不到主机“{1}”：请更正名称，或先部署该服务',
  ],
  [
    'The program could not connect to {1}: start that service first, or correct its address',
    '程序无法连接 {1}：请先启动该服务，或更正地址',
  ],
  ['The disk is full: remove old data and images, then deploy again', '磁盘已满：请清理旧数据和镜像后重新部署'],
  [
    'The disk of the machine is full: remove old images and data, then deploy again',
    '机器磁盘已满：请清理旧镜像和数据后重新部署',
  ],
  [
    'The program ended by itself right after its start (exit code 0): start it in the foreground{1}',
    '程序启动后自行结束（退出码 0）：请在前台启动{1}',
  ],
  [
    'The start command was not found in the image (exit code 127): correct CMD in the Dockerfile{1}',
    '镜像中没有启动命令（退出码 127）：请更正 Dockerfile 的 CMD{1}',
  ],
  [
    'The start command may not be executed (exit code 126): add chmod +x in the Dockerfile{1}',
    '启动命令不可执行（退出码 126）：请在 Dockerfile 中加 chmod +x{1}',
  ],
  [
    'The program was killed (exit code 137), most often for lack of memory: raise the memory of the app{1}',
    '程序被终止（退出码 137），多因内存不足：请调高应用的内存{1}',
  ],
  [
    'The program crashed at its start (exit code {1}): correct what its log says{2}',
    '程序启动时崩溃（退出码 {1}）：请按日志修正{2}',
  ],
  ['; it said: {1}', '；输出：{1}'],
  [' (it wrote nothing)', '（没有输出）'],
  [
    'The image {1} does not exist in its registry: correct name and tag, or build it again',
    '仓库中没有镜像 {1}：请更正名称和标签，或重新构建',
  ],
  [
    'The registry refused to hand out {1}: add credentials for it to the project',
    '镜像仓库拒绝提供 {1}：请为项目添加凭据',
  ],
  [
    'The registry of {1} cannot be reached: check its name and the network of the machine',
    '无法访问 {1} 的镜像仓库：请检查名称和机器网络',
  ],
  [
    'The image {1} was not built for the processor of this machine: build it for this platform',
    '镜像 {1} 不适用于本机处理器：请为此平台构建',
  ],
  [
    'The image {1} could not be fetched ({2}): check its name and its registry',
    '无法获取镜像 {1}（{2}）：请检查名称和仓库',
  ],
  ['"{1}" is not an image that can be fetched: correct the name', '“{1}”不是可获取的镜像：请更正名称'],
  [
    'The {1} "{2}" that the app refers to does not exist: create it or remove the reference',
    '应用引用的 {1}“{2}”不存在：请创建它或移除引用',
  ],
  ['The {1} "{2}" has no entry "{3}": add it or correct the reference', '{1}“{2}”没有条目“{3}”：请添加或更正引用'],
  ['The volume claim "{1}" does not exist: create it or correct its name', '存储声明“{1}”不存在：请创建或更正名称'],
  [
    'A volume is still waiting to be made: check that its storage class exists and has room',
    '存储卷仍在等待创建：请检查存储类是否存在并有空间',
  ],
  [
    'No machine has enough free CPU for another instance: lower cpu or the number of instances, or stop another app',
    '没有机器有足够的空闲 CPU 运行新实例：请降低 CPU 或实例数，或停止其他应用',
  ],
  [
    'No machine has enough free memory for another instance: lower memory or the number of instances, or stop another app',
    '没有机器有足够的空闲内存运行新实例：请降低内存或实例数，或停止其他应用',
  ],
  [
    'The machine already runs as many instances as it may: stop another app',
    '机器运行的实例数已达上限：请停止其他应用',
  ],
  [
    "The image has no program {1}: correct the start command (CMD or ENTRYPOINT in the Dockerfile, or the app's command)",
    '镜像中没有程序 {1}：请更正启动命令（Dockerfile 的 CMD 或 ENTRYPOINT，或应用的命令）',
  ],
  ['Nothing listens on port {1} yet', '端口 {1} 还没有监听'],
  [
    'The app listens on port {1} but does not pass its readiness probe: look at its log',
    '应用监听端口 {1}，但未通过就绪探测：请查看日志',
  ],
  [
    'The app listens on port {1} of 127.0.0.1 only, where nobody can reach it: make it listen on 0.0.0.0',
    '应用只监听 127.0.0.1 的端口 {1}，外部无法访问：请监听 0.0.0.0',
  ],
  [
    "Nothing listens on port {1}; the app listens on {2}: set the app's port to {3}, or make it listen on $PORT",
    '端口 {1} 没有监听；应用监听 {2}：请将应用端口设为 {3}，或监听 $PORT',
  ],
  [
    'Nothing listens on port {1}, nor on any other: make the app listen on $PORT (0.0.0.0)',
    '端口 {1} 及其他端口均没有监听：请让应用监听 $PORT（0.0.0.0）',
  ],
  [
    "The quota of the environment is used up (asked for {1}, in use {2}, limit {3}): lower the app's instances or resources, or ask for more quota",
    '环境配额已用尽（申请 {1}，已用 {2}，上限 {3}）：请降低应用的实例数或资源，或申请更多配额',
  ],
  ['The environment has a quota, so the app must state its resources: {1}', '环境设有配额，应用必须声明其资源：{1}'],
  ['Kubernetes refused to make the instance: {1}', 'Kubernetes 拒绝创建实例：{1}'],
  ['The container could not be started: {1}', '容器无法启动：{1}'],
  ['A volume cannot be mounted: {1}', '存储卷无法挂载：{1}'],
  [
    "{1} answered {2}: make the app answer there, or correct the app's check",
    '{1} 返回了 {2}：请让应用在此正常响应，或更正应用的检查',
  ],
  // Titles of tokens
  ['git remote of {1}', '{1} 的 git 远程'],
  ['command line on this machine', '本机命令行'],
  // Whatever is built; last, for others begin alike
  ['Build {1}', '构建 {1}'],
]

-- Where a name leads, asked of cluster DNS: nginx can do that too, but does not say which address it went to, and an
-- Ingress must not lead nginx, which is on the node's own network, to what listens on the node's loopback.
local addresses = require 'sampan.addresses'

local resolve = {}
local server, forbidden = '127.0.0.1', {}
local known = {} -- name → { addresses, until }
local keep = 5 -- seconds

-- Once, by the configuration: the name server, and ranges that nobody may be led to.
function resolve.use(at, ranges)
  server, forbidden = at, addresses.parse(ranges)
end

local function question(id, name)
  local labels = {}
  for label in name:gmatch '[^.]+' do
    if #label > 63 then
      return nil
    end
    labels[#labels + 1] = string.char(#label) .. label
  end
  return string.char(math.floor(id / 256), id % 256, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0) .. table.concat(labels) .. '\0\0\1\0\1'
end

local function after_name(message, at)
  while true do
    local length = message:byte(at)
    if not length then
      return nil
    elseif length == 0 then
      return at + 1
    elseif length >= 192 then
      return at + 2
    end
    at = at + length + 1
  end
end

-- The addresses of type A in an answer.
local function found(message)
  local count = message:byte(7) * 256 + message:byte(8)
  local at = after_name(message, 13)
  at = at and at + 4
  local list = {}
  for _ = 1, count do
    at = at and after_name(message, at)
    if not at or #message < at + 9 then
      return list
    end
    local kind, length = message:byte(at + 1), message:byte(at + 8) * 256 + message:byte(at + 9)
    if message:byte(at) == 0 and kind == 1 and length == 4 and #message >= at + 13 then
      list[#list + 1] = table.concat({ message:byte(at + 10, at + 13) }, '.')
    end
    at = at + 10 + length
  end
  return list
end

local function asked(name)
  local one = known[name]
  if one and one.till > ngx.now() then
    return one.list
  end
  local socket = ngx.socket.udp()
  socket:settimeout(2000)
  local done, problem = socket:setpeername(server, 53)
  local list
  for _ = 1, 2 do
    local id = math.random(0, 65535)
    local text = done and question(id, name)
    done = text and socket:send(text)
    local message = done and socket:receive(4096)
    if message and #message >= 12 and message:byte(1) * 256 + message:byte(2) == id then
      list = found(message)
      break
    end
  end
  socket:close()
  if not list then
    return nil, problem or 'the name server does not answer'
  end
  known[name] = { list = list, till = ngx.now() + keep }
  return list
end

-- An address for a host name (or for an address), or nil and why there is none.
function resolve.address(host)
  local list, problem = { host }, nil
  if not host:find '^%d+%.%d+%.%d+%.%d+$' then
    list, problem = asked(host)
    if not list then
      return nil, problem
    end
  end
  for _, one in ipairs(list) do
    if not addresses.within(addresses.binary(one), forbidden) then
      return one
    end
  end
  return nil, #list == 0 and 'no such name' or 'the name leads to an address that nobody may be led to'
end

return resolve

-- Sends a copy of a request elsewhere. Nobody waits for it, and what comes back is thrown away.
local ask = require 'sampan.ask'
local texts = require 'sampan.texts'

local mirror = {}
local most = 8 * 1024 * 1024 -- bytes of a body that is copied; longer ones are not mirrored
local at_once = 64 -- copies one worker has under way
local under_way = 0

local function body()
  ngx.req.read_body()
  local text, path = ngx.req.get_body_data(), ngx.req.get_body_file()
  if text or not path then
    return text or ''
  end
  local file = io.open(path, 'rb')
  if not file then
    return nil
  end
  local size = file:seek 'end'
  file:seek 'set'
  text = size <= most and file:read '*a' or nil
  file:close()
  return text
end

-- Not for the copy: what is about the connection, and what is written anew.
local own = { ['connection'] = true, ['host'] = true, ['content-length'] = true, ['transfer-encoding'] = true, ['upgrade'] = true, ['te'] = true, ['expect'] = true }

local function text_of(content)
  local lines = {}
  for name, value in pairs(ngx.req.get_headers(200, true)) do
    if not own[name:lower()] then
      for _, one in ipairs(type(value) == 'table' and value or { value }) do
        lines[#lines + 1] = name .. ': ' .. tostring(one)
      end
    end
  end
  lines[#lines + 1] = 'X-Real-IP: ' .. ngx.var.remote_addr
  lines[#lines + 1] = 'X-Forwarded-For: ' .. ngx.var.remote_addr
  if content then
    lines[#lines + 1] = 'Content-Length: ' .. #content
  end
  return table.concat(lines, '\r\n') .. '\r\nConnection: close\r\n\r\n' .. (content or '')
end

local function send(premature, url, method, host, text)
  if not premature then
    local socket, problem, own_host, path = ask.connect(url)
    local done
    if socket then
      done, problem = socket:send(method .. ' ' .. path .. ' HTTP/1.1\r\nHost: ' .. (host or own_host) .. '\r\n' .. text)
      if done then
        socket:receive '*l'
      end
      socket:close()
    end
    if not done then
      ngx.log(ngx.WARN, 'a copy of a request could not be sent: ', problem)
    end
  end
  under_way = under_way - 1
end

-- wishes: { url, host?, body = boolean }
function mirror.copy(wishes)
  if under_way >= at_once then
    return
  end
  local content
  local method = ngx.req.get_method()
  if wishes.body and method ~= 'GET' and method ~= 'HEAD' then
    content = body()
    if not content then
      return
    end
  end
  under_way = under_way + 1
  if not ngx.timer.at(0, send, texts.filled(wishes.url, nil, texts.one_line), method, wishes.host, text_of(content)) then
    under_way = under_way - 1
  end
end

return mirror

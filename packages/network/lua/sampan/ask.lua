-- Asks another service whether a request may pass: a small HTTP client, because subrequests of nginx do not work for
-- HTTP/2 clients.
local resolve = require 'sampan.resolve'

local ask = {}

-- Not for the other service: what is about the connection or the body.
local dropped = {
  ['connection'] = true,
  ['content-length'] = true,
  ['content-type'] = true,
  ['transfer-encoding'] = true,
  ['upgrade'] = true,
  ['te'] = true,
  ['expect'] = true,
  ['host'] = true,
}

-- Returns the socket, nil, what goes into `Host` and the path; or nil and why there is none.
local function connect(url)
  local scheme, host, port, path = url:match '^(https?)://([^/:?@]+):?(%d*)([/?]?.*)$'
  if not host then
    return nil, 'the address is not understood'
  end
  local address, problem = resolve.address(host)
  if not address then
    return nil, problem
  end
  local socket = ngx.socket.tcp()
  socket:settimeouts(2000, 5000, 10000)
  local done
  done, problem = socket:connect(address, tonumber(port) or (scheme == 'https' and 443 or 80))
  if done and scheme == 'https' then
    done, problem = socket:sslhandshake(nil, host, false)
  end
  if not done then
    return nil, problem
  end
  if path == '' then
    path = '/'
  elseif path:sub(1, 1) == '?' then
    path = '/' .. path
  end
  return socket, nil, host .. (port ~= '' and ':' .. port or ''), path
end

ask.connect = connect

local function request_text(method, path, host)
  local var = ngx.var
  local asked_host = var.http_host or var.host or ''
  local lines = {
    method .. ' ' .. path .. ' HTTP/1.1',
    'Host: ' .. host,
    'Connection: close',
    'X-Original-URL: ' .. var.scheme .. '://' .. asked_host .. var.request_uri,
    'X-Original-Method: ' .. var.request_method,
    'X-Auth-Request-Redirect: ' .. var.request_uri,
    'X-Real-IP: ' .. var.remote_addr,
    'X-Forwarded-For: ' .. var.remote_addr,
    'X-Forwarded-Proto: ' .. var.scheme,
    'X-Forwarded-Host: ' .. asked_host,
    'X-Forwarded-Uri: ' .. var.request_uri,
  }
  for name, value in pairs(ngx.req.get_headers(200, true)) do
    local lower = name:lower()
    if not dropped[lower] and lower:sub(1, 12) ~= 'x-forwarded-' and lower ~= 'x-real-ip' and lower:sub(1, 11) ~= 'x-original-' then
      for _, one in ipairs(type(value) == 'table' and value or { value }) do
        lines[#lines + 1] = name .. ': ' .. tostring(one)
      end
    end
  end
  return table.concat(lines, '\r\n') .. '\r\n\r\n'
end

-- Returns the status and the headers (names in lower case) of the answer, or nil and why there is none.
function ask.send(url, method)
  local socket, problem, host, path = connect(url)
  if not socket then
    return nil, problem
  end
  local done
  done, problem = socket:send(request_text(method, path, host))
  if not done then
    socket:close()
    return nil, problem
  end
  local line
  line, problem = socket:receive '*l'
  local status = line and tonumber(line:match '^HTTP/%d%.%d (%d%d%d)')
  local headers = {}
  while status do
    line, problem = socket:receive '*l'
    if not line then
      status = nil
    elseif line == '' then
      break
    else
      local name, value = line:match '^([^:]+):%s*(.-)%s*$'
      if name then
        headers[name:lower()] = value
      end
    end
  end
  socket:close()
  if not status then
    return nil, problem or 'the answer is no HTTP'
  end
  return status, headers
end

return ask

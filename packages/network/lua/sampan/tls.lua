-- Answers a TLS handshake with the certificate of the asked name; without one the default (self-signed) stays.
local ssl = require 'ngx.ssl'
local json = require 'cjson.safe'
local certificates = require 'sampan.certificates'
local data = require 'sampan.data'

local function same(text)
  return text
end

local function parse(text)
  local pair = json.decode(text)
  local certificate = pair and ssl.parse_pem_cert(pair.cert)
  local key = pair and ssl.parse_pem_priv_key(pair.key)
  return certificate and key and { certificate = certificate, key = key } or false
end

local function authorities(text)
  return ssl.parse_pem_cert(text) or false
end

-- Asks the client for its certificate. A wrong one does not end the handshake: the request is told.
local function ask_client(host)
  local wanted = certificates.wanted(host)
  local trusted = wanted and data.get('v:' .. wanted.ca, authorities)
  if trusted then
    local done, problem = ssl.verify_client(trusted, wanted.depth)
    if not done then
      ngx.log(ngx.ERR, 'certificates of clients of ', host, ': ', problem)
    end
  end
end

local tls = {}

function tls.choose()
  local host = ssl.server_name()
  if not host then
    return
  end
  host = host:lower()
  ask_client(host)
  local name = data.get('c:' .. host, same)
  if not name then
    local parent = host:match '^[^.]+(%..+)$'
    name = parent and data.get('c:*' .. parent, same)
  end
  local pair = name and data.get('k:' .. name, parse)
  if not pair then
    return
  end
  ssl.clear_certs()
  ssl.set_cert(pair.certificate)
  ssl.set_priv_key(pair.key)
end

return tls

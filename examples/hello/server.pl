#!/usr/bin/perl
# A web server in what every Debian image has. One process per request; ends on SIGTERM when its requests are done.
use strict;
use warnings;
use IO::Socket::INET;

my $port = $ENV{PORT} || 8080;
my $greeting = $ENV{GREETING} || 'Hello from Sampan';
my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $port, Listen => 128, ReuseAddr => 1)
  or die "cannot listen on port $port: $!\n";

$| = 1;
my $running = 1;
$SIG{TERM} = $SIG{INT} = sub { $running = 0; close $server };
$SIG{CHLD} = 'IGNORE';
print "listening on port $port\n";

while ($running) {
  my $client = $server->accept or next;
  my $child = fork;
  if (!$child) {
    my $request = <$client> // '';
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
    print scalar(gmtime), ' ', $request =~ s/[\r\n]+//gr, "\n";
    my $page = "<!doctype html><meta charset=utf-8><title>$greeting</title>"
      . "<body style='font:20px system-ui;margin:15vh auto;max-width:32em;padding:0 1em'><h1>$greeting</h1>"
      . "<p>Instance <code>" . ($ENV{HOSTNAME} || 'unknown') . "</code>, release <code>" . ($ENV{SAMPAN_RELEASE} || '?') . "</code>.</p></body>\n";
    print $client "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " . length($page)
      . "\r\nConnection: close\r\n\r\n" . $page;
    close $client;
    exit 0;
  }
  close $client;
}

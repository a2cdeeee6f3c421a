// Times go-ethereum's RLPx on the work that the Rust benches do, and prints a line
// `go NAME: FIGURE` for each. The names are those of the Rust benches.
package main

import (
	"crypto/ecdsa"
	"fmt"
	"log"
	"net"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/rlpx"
)

// cpu is the processor time that this process has used so far.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func key() *ecdsa.PrivateKey {
	secret, err := crypto.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	return secret
}

// sockets are the two ends of a TCP connection on loopback.
func sockets() (net.Conn, net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		accepted <- connection
	}()
	dialled, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	return dialled, <-accepted
}

// pair is two ends after their handshake.
func pair(initiatorKey, recipientKey *ecdsa.PrivateKey) (*rlpx.Conn, *rlpx.Conn) {
	dialled, accepted := sockets()
	initiator, recipient := rlpx.NewConn(dialled, &recipientKey.PublicKey), rlpx.NewConn(accepted, nil)
	finished := make(chan error)
	go func() {
		_, err := recipient.Handshake(recipientKey)
		finished <- err
	}()
	if _, err := initiator.Handshake(initiatorKey); err != nil {
		log.Fatal(err)
	}
	if err := <-finished; err != nil {
		log.Fatal(err)
	}
	return initiator, recipient
}

// handshakes measures both sides of one, as processor time.
func handshakes() {
	initiatorKey, recipientKey := key(), key()
	const turns = 300
	start := cpu()
	for i := 0; i < turns; i++ {
		initiator, recipient := pair(initiatorKey, recipientKey)
		initiator.Close()
		recipient.Close()
	}
	fmt.Printf("go handshake_pair: %.0f ns\n", float64(cpu()-start)/turns)
}

// frames measures writing and reading over TCP, as processor time of both sides.
func frames(name string, size, total int) {
	initiator, recipient := pair(key(), key())
	defer initiator.Close()
	defer recipient.Close()
	count := total / size
	start := cpu()
	go func() {
		data := make([]byte, size)
		for i := 0; i < count; i++ {
			if _, err := initiator.Write(17, data); err != nil {
				log.Fatal(err)
			}
		}
	}()
	for i := 0; i < count; i++ {
		if _, _, _, err := recipient.Read(); err != nil {
			log.Fatal(err)
		}
	}
	spent := cpu() - start
	perFrame := float64(spent) / float64(count)
	fmt.Printf("go %s: %.0f ns (%.0f MB/s)\n", name, perFrame, float64(size)*1000/perFrame)
}

func main() {
	handshakes()
	frames("frames_1KB_tcp", 1000, 32<<20)
	frames("frames_16KB_tcp", 16_000, 128<<20)
}

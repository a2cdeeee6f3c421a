// Times go-ethereum's Whisper on the work that the Rust benches do, and prints a line
// `go NAME: FIGURE` for each. The names are those of the Rust benches.
package main

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"log"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	whisper "github.com/ethereum/go-ethereum/whisper/whisperv6"
)

// cpu is the processor time that this process has used so far.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure repeats work for about a second and gives the nanoseconds of one turn.
func measure(work func()) float64 {
	work()
	turns, start, until := 0, cpu(), time.Now().Add(time.Second)
	for time.Now().Before(until) {
		for i := 0; i < 16; i++ {
			work()
		}
		turns += 16
	}
	return float64(cpu()-start) / float64(turns)
}

func report(name string, nanoseconds float64) {
	fmt.Printf("go %s: %.0f ns\n", name, nanoseconds)
}

func key() *ecdsa.PrivateKey {
	secret, err := crypto.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	return secret
}

// sealed is an envelope with a payload of the given size, signed.
func sealed(params whisper.MessageParams, size int) *whisper.Envelope {
	params.Payload = make([]byte, size)
	params.TTL = 10
	if params.WorkTime == 0 {
		params.WorkTime = 60
	}
	message, err := whisper.NewSentMessage(&params)
	if err != nil {
		log.Fatal(err)
	}
	envelope, err := message.Wrap(&params)
	if err != nil {
		log.Fatal(err)
	}
	return envelope
}

// opening measures what a node does with an envelope for it, and with one that is not.
func opening() {
	author, receiver := key(), key()
	password := make([]byte, 32)
	if _, err := rand.Read(password); err != nil {
		log.Fatal(err)
	}
	other := make([]byte, 32)
	other[0] = 1

	// 100 bytes make a plaintext of 256, the signature and padding included.
	asymmetric := sealed(whisper.MessageParams{Src: author, Dst: &receiver.PublicKey}, 100)
	symmetric := sealed(whisper.MessageParams{Src: author, KeySym: password}, 100)
	open := func(envelope *whisper.Envelope, filter *whisper.Filter, want bool) float64 {
		return measure(func() {
			if opened := envelope.Open(filter); (opened != nil) != want {
				log.Fatal("opened what should be refused, or the other way round")
			}
		})
	}
	report("open_asymmetric_signed_256", open(asymmetric, &whisper.Filter{KeyAsym: receiver}, true))
	report("open_symmetric_signed_256", open(symmetric, &whisper.Filter{KeySym: password}, true))
	report("refuse_wrong_private_key_256", open(asymmetric, &whisper.Filter{KeyAsym: key()}, false))
	report("refuse_wrong_symmetric_key_256", open(symmetric, &whisper.Filter{KeySym: other}, false))
	report("seal_symmetric_signed_256", measure(func() {
		sealed(whisper.MessageParams{Src: author, KeySym: password}, 100)
	}))
}

// proofOfWork measures one try. The winning nonce tells how many there were.
func proofOfWork() {
	password := make([]byte, 32)
	password[0] = 1 // a key of zeros is refused
	for _, work := range []struct {
		name   string
		size   int
		target float64
	}{
		// About 14 zero bits for the small one, a few hundred tries for the large one, which are slow.
		{"pow_try_304", 200, 4},
		{"pow_try_64K", 65_300, 0.0005},
	} {
		tries, spent := uint64(0), time.Duration(0)
		for spent < time.Second {
			envelope := sealed(whisper.MessageParams{KeySym: password}, work.size)
			start := cpu()
			params := whisper.MessageParams{PoW: work.target, WorkTime: 60}
			if err := envelope.Seal(&params); err != nil {
				log.Fatal(err)
			}
			spent += cpu() - start
			tries += envelope.Nonce + 1
		}
		report(work.name, float64(spent)/float64(tries))
	}
}

func main() {
	opening()
	proofOfWork()
	relay()
}

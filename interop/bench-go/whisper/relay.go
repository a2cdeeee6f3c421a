package main

import (
	"crypto/rand"
	"log"
	"time"

	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"
	whisper "github.com/ethereum/go-ethereum/whisper/whisperv6"
)

const (
	relayed      = 4000
	envelopeSize = 512
)

// status opens the protocol: version, minimum proof of work, bloom, light.
func status(stream p2p.MsgReadWriter) error {
	bloom := make([]byte, whisper.BloomFilterSize)
	for i := range bloom {
		bloom[i] = 0xff
	}
	sent := make(chan error, 1)
	go func() { sent <- p2p.Send(stream, 0, []interface{}{uint64(6), uint64(0), bloom, false}) }()
	packet, err := stream.ReadMsg()
	if err != nil {
		return err
	}
	if err := packet.Discard(); err != nil {
		return err
	}
	return <-sent
}

// connect starts a bare peer of `to` that runs `run` once the protocol is open.
func connect(to *enode.Node, run func(p2p.MsgReadWriter) error) *p2p.Server {
	server := &p2p.Server{Config: p2p.Config{
		PrivateKey:  key(),
		MaxPeers:    4,
		NoDiscovery: true,
		Name:        "bench",
		StaticNodes: []*enode.Node{to},
		Protocols: []p2p.Protocol{{
			Name: "shh", Version: 6, Length: 128,
			Run: func(_ *p2p.Peer, stream p2p.MsgReadWriter) error {
				if err := status(stream); err != nil {
					return err
				}
				return run(stream)
			},
		}},
	}}
	if err := server.Start(); err != nil {
		log.Fatal(err)
	}
	return server
}

// envelopes are as large as asked for, all different, and need no work.
func envelopes() []*whisper.Envelope {
	made := make([]*whisper.Envelope, relayed)
	for i := range made {
		data := make([]byte, envelopeSize-20)
		if _, err := rand.Read(data); err != nil {
			log.Fatal(err)
		}
		made[i] = &whisper.Envelope{
			Expiry: uint32(time.Now().Unix()) + 60, TTL: 60, Topic: whisper.TopicType{1, 2, 3, 4}, Data: data,
		}
	}
	return made
}

// relay sends envelopes through a node: driver, node and sink in this process, TCP between them. One
// envelope a packet goes in; the node sends on what each of its ticks of 300 ms finds, which favours it.
func relay() {
	stack, err := node.New(&node.Config{P2P: p2p.Config{
		PrivateKey: key(), ListenAddr: "127.0.0.1:0", NoDiscovery: true, MaxPeers: 4,
	}})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := whisper.New(stack, &whisper.Config{MaxMessageSize: 1 << 20}); err != nil {
		log.Fatal(err)
	}
	if err := stack.Start(); err != nil {
		log.Fatal(err)
	}
	defer stack.Close()
	self := stack.Server().Self()

	ready, done, quit := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	sink := connect(self, func(stream p2p.MsgReadWriter) error {
		ready <- struct{}{}
		for received := 0; received < relayed; {
			packet, err := stream.ReadMsg()
			if err != nil {
				return err
			}
			if packet.Code != 1 {
				_ = packet.Discard()
				continue
			}
			var batch []*whisper.Envelope
			if err := packet.Decode(&batch); err != nil {
				return err
			}
			received += len(batch)
		}
		close(done)
		<-quit
		return nil
	})
	defer sink.Stop()
	<-ready

	batch := envelopes()
	start := make(chan time.Duration, 1)
	driver := connect(self, func(stream p2p.MsgReadWriter) error {
		go func() {
			for {
				packet, err := stream.ReadMsg()
				if err != nil {
					return
				}
				_ = packet.Discard()
			}
		}()
		start <- cpu()
		for _, envelope := range batch {
			if err := p2p.Send(stream, 1, []*whisper.Envelope{envelope}); err != nil {
				return err
			}
		}
		<-quit
		return nil
	})
	defer driver.Stop()
	// Deferred last and so run first: both ends wait for it before they stop.
	defer close(quit)
	before := <-start
	select {
	case <-done:
		report("relay 512 B, batched as they come, two threads", float64(cpu()-before)/relayed)
	case <-time.After(time.Minute):
		log.Fatal("the relay lost envelopes")
	}
}

package main

import (
	"crypto/ecdsa"
	"database/sql"
	"errors"
	"path/filepath"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/status-im/status-go/appdatabase"
	"github.com/status-im/status-go/signal"
	"go.uber.org/zap"
)

// messenger is what the peer keeps of its messenger.
type messenger struct {
	identity     *ecdsa.PrivateKey
	installation string
	// The messenger's own database, to look into what it never tells.
	database *sql.DB
}

var errNoMessenger = errors.New("the node was started without a messenger")

// publicKey is the identity as the application writes it, 0x04...
func (m *messenger) publicKey() string {
	return "0x" + hexOf(crypto.FromECDSAPub(&m.identity.PublicKey))
}

// startMessenger gives the node an identity and starts its chat.
func (p *statusPeer) startMessenger(request startRequest) error {
	identity, err := identityOf(request.Identity)
	if err != nil {
		return err
	}
	whisper, err := p.node.WhisperService()
	if err != nil {
		return err
	}
	if _, err := whisper.AddKeyPair(identity); err != nil {
		return err
	}
	database, err := appdatabase.InitializeDB(filepath.Join(p.directory, "app.sql"), "password")
	if err != nil {
		return err
	}
	service, err := p.node.ShhExtService()
	if err != nil {
		return err
	}
	signal.SetDefaultNodeNotificationHandler(p.onSignal)
	signal.SetMobileSignalHandler(func(event []byte) { p.onSignal(string(event)) })
	logger, err := zap.NewDevelopment()
	if err != nil {
		return err
	}
	if err := service.InitProtocol(identity, database, logger); err != nil {
		return err
	}
	p.messenger = &messenger{identity: identity, installation: request.InstallationID, database: database}
	return service.StartMessenger()
}

// identityOf reads a private key in hex, or makes one.
func identityOf(private string) (*ecdsa.PrivateKey, error) {
	if private == "" {
		return crypto.GenerateKey()
	}
	return crypto.HexToECDSA(private)
}

// call asks the messenger as the application does, by JSON-RPC.
func (p *statusPeer) call(result interface{}, method string, arguments ...interface{}) error {
	if p.node == nil {
		return errNotStarted
	}
	if p.messenger == nil {
		return errNoMessenger
	}
	return p.node.RPCPrivateClient().Call(result, method, arguments...)
}

package main

import (
	"encoding/hex"
	"encoding/json"
	"io/ioutil"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"
	"github.com/status-im/status-go/node"
	"github.com/status-im/status-go/params"

	gopeer "status-rs.example/interop/go-peer"
)

type statusPeer struct {
	lines     *gopeer.Lines
	node      *node.StatusNode
	messenger *messenger
	directory string
}

type startRequest struct {
	Listen    string  `json:"listen"`
	Light     bool    `json:"light"`
	MinPoW    float64 `json:"min_pow"`
	MaxPeers  int     `json:"max_peers"`
	Messenger bool    `json:"messenger"`
	// What follows concerns the messenger. A folder that an earlier process
	// used continues its account.
	Directory      string `json:"directory"`
	Identity       string `json:"identity"`
	InstallationID string `json:"installation"`
	DataSync       bool   `json:"data_sync"`
}

// start runs a node that knows nobody, and its messenger if asked for.
func (p *statusPeer) start(params json.RawMessage) (interface{}, error) {
	request := startRequest{Listen: "127.0.0.1:0", MaxPeers: 25}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	directory, err := directoryOf(request.Directory)
	if err != nil {
		return nil, err
	}
	p.directory = directory
	if request.InstallationID == "" {
		request.InstallationID = uuid.New().String()
	}
	config, err := p.configuration(request)
	if err != nil {
		return nil, err
	}
	started := node.New()
	if err := started.Start(config, nil); err != nil {
		return nil, err
	}
	p.node = started
	gopeer.ReportPeers(p.lines, started.Server())

	result := map[string]interface{}{"enode": started.Server().NodeInfo().Enode}
	if request.Messenger {
		if err := p.startMessenger(request); err != nil {
			return nil, err
		}
		result["public_key"] = p.messenger.publicKey()
		result["identity"] = hexOf(crypto.FromECDSA(p.messenger.identity))
		result["installation"] = p.messenger.installation
	}
	return result, nil
}

// directoryOf makes the folder that is asked for, or one of its own.
func directoryOf(asked string) (string, error) {
	if asked == "" {
		return ioutil.TempDir("", "interop-status-go-")
	}
	return asked, os.MkdirAll(asked, 0700)
}

func hexOf(data []byte) string {
	return hex.EncodeToString(data)
}

func (p *statusPeer) configuration(request startRequest) (*params.NodeConfig, error) {
	config, err := params.NewNodeConfig(p.directory, 777)
	if err != nil {
		return nil, err
	}
	nodeKey, err := crypto.GenerateKey()
	if err != nil {
		return nil, err
	}
	config.Name = "interop"
	config.NodeKey = hexOf(crypto.FromECDSA(nodeKey))
	config.ListenAddr = request.Listen
	config.MaxPeers = request.MaxPeers
	config.EnableNTPSync = false
	config.UpstreamConfig.Enabled = false
	config.APIModules = "shh,shhext,admin,net,web3"
	config.ClusterConfig.Enabled = true
	config.WhisperConfig.Enabled = true
	config.WhisperConfig.LightClient = request.Light
	if request.MinPoW > 0 {
		config.WhisperConfig.MinimumPoW = request.MinPoW
	}
	// Without PFSEnabled no messenger is made.
	config.ShhextConfig.PFSEnabled = request.Messenger
	config.ShhextConfig.InstallationID = request.InstallationID
	config.ShhextConfig.DataSyncEnabled = request.DataSync
	config.ShhextConfig.BackupDisabledDataDir = filepath.Join(p.directory, "messenger")
	return config, nil
}

// stop ends the node as the application does, so peers get its goodbye.
func (p *statusPeer) stop(json.RawMessage) (interface{}, error) {
	if p.node == nil {
		return nil, errNotStarted
	}
	stopped := p.node
	p.node, p.messenger = nil, nil
	return true, stopped.Stop()
}

package main

import (
	"encoding/hex"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	gopeer "status-rs.example/interop/go-peer"
)

// serveState adds methods that look into the messenger's database, for what
// no call of it tells.
func (p *statusPeer) serveState(lines *gopeer.Lines) {
	p.handle(lines, "devices_of", p.devicesOf)
	p.handle(lines, "data_sync_owed", p.dataSyncOwed)
}

// devicesOf lists the devices that are known of a person, as bundles told.
func (p *statusPeer) devicesOf(asked request) (interface{}, error) {
	if p.messenger == nil {
		return nil, errNoMessenger
	}
	bytes, err := hex.DecodeString(strings.TrimPrefix(asked.Person, "0x"))
	if err != nil {
		return nil, err
	}
	person, err := crypto.UnmarshalPubkey(bytes)
	if err != nil {
		return nil, err
	}
	rows, err := p.messenger.database.Query(
		`SELECT i.installation_id, i.version, i.enabled,
		        (SELECT MAX(b.version) FROM bundles b
		         WHERE b.identity = i.identity AND b.installation_id = i.installation_id AND b.expired = 0)
		 FROM installations i WHERE i.identity = ? ORDER BY i.timestamp DESC`,
		crypto.CompressPubkey(person))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	devices := []interface{}{}
	for rows.Next() {
		var id string
		var version uint32
		var enabled bool
		var bundle *uint32
		if err := rows.Scan(&id, &version, &enabled, &bundle); err != nil {
			return nil, err
		}
		devices = append(devices, map[string]interface{}{
			"installation": id, "version": version, "enabled": enabled, "bundle_version": bundle,
		})
	}
	return devices, rows.Err()
}

// dataSyncOwed counts the messages that wait for an acknowledgement.
func (p *statusPeer) dataSyncOwed(request) (interface{}, error) {
	if p.messenger == nil {
		return nil, errNoMessenger
	}
	var count int
	err := p.messenger.database.QueryRow("SELECT COUNT(*) FROM mvds_states").Scan(&count)
	return count, err
}

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/rest/definition.h"
#include "embedded/definitions.h"

/// Definitions whose webhooks a fuzz target reads: those that ship, and one for each other way to sign and to wrap
/// news.
namespace counterpart::fuzz {

using Sender = std::pair<std::string, rest::Definition>;

inline constexpr std::pair<std::string_view, std::string_view> kDeclared[] = {
    {"batches",
     "verify: standard_webhooks, items: events, object: {path: object}, id: record_id, event_id: id, "
     "event_id_unique: true, revision: version, actor: by, changed: changes, "
     "at: {path: at, format: epoch_ms}"},
    {"over-the-url",
     "verify: {type: hmac_sha256, header: X-Sign-V3, encoding: base64, timestamp_header: X-Sent, "
     "timestamp_unit: ms, signed: '${method}${decoded_url}${body}${timestamp}'}, "
     "object: {path: kind, map: {contact.*: contacts, company.*: companies}}, id: objectId"},
    {"parts",
     "verify: {type: hmac_sha512, header: X-Sig, part: v1, timestamp_part: t, encoding: base64url, "
     "signed: '${timestamp}.${body}'}, object: {segment: 0}"},
    {"old", "verify: {type: hmac_sha1, header: X-Hub-Signature, prefix: 'sha1='}, object: {header: X-Kind}"},
    {"wrapped",
     "verify: {type: hmac_sha256, header: Signature, wrapped: true}, "
     "object: {segment: 0, map: {Contact.*: contacts}}"},
    {"hashed", "verify: {type: sha256, header: X-Sha, signed: '${secret}${body}'}, object: {path: type}, id: ids"},
    {"dated",
     "verify: {type: hmac_sha256, header: X-Sig, timestamp_header: X-Date, timestamp_unit: iso, "
     "signed: '${timestamp}\\n${body}'}, object: {path: type}, at: {path: at, format: 'dd.MM.yyyy HH:mm', "
     "zone: Europe/Berlin}"},
    {"basic",
     "verify: basic, object: {path: meta.entity, map: {person: contacts}}, id: meta.entity_id, actor: meta.by"},
    {"bearer", "verify: {type: header_token, header: Authorization, prefix: 'Bearer '}, object: {segment: 0}"},
    {"in-the-url",
     "verify: {type: query_token, parameter: code}, object: {header: X-Entity}, "
     "id: 'Parameters[key=Target].value.Id'"},
    {"in-the-body",
     "verify: {type: body_token, path: token}, object: {path: module, map: {Contacts: contacts}}, "
     "id: ids, filter: [session, 'rows[*].key', 'rows[0]']"},
    {"xml",
     "verify: path_secret, body: xml, items: Envelope.Body.notifications.Notification, "
     "object: {path: \"sObject.'@type'\", map: {'sf:Contact': contacts, '*': companies}}, id: sObject.Id, "
     "event_id: Id, filter: [Envelope.Body.notifications.SessionId, 'Envelope.Header[0]']"},
    {"form",
     "verify: path_secret, body: form, items: contacts.update, "
     "object: {path: type, map: {contact: contacts, company: companies}}, filter: auth.token"},
    {"json-in-a-form",
     "verify: path_secret, body: {type: form, json: payload}, "
     "object: {path: kind, map: {person: contacts}}"},
};

inline rest::Definition read_sender(std::string_view text, const std::string& name) {
  config::Problems problems;
  auto definition = rest::read_definition(text, name, problems);
  if (!definition) throw std::invalid_argument("a sender's definition is wrong:\n" + problems.print());
  return *std::move(definition);
}

inline std::vector<Sender> make_senders() {
  std::vector<Sender> senders;
  for (const embedded::File& file : embedded::definitions()) {
    const std::string name(file.name);
    senders.emplace_back(name.substr(0, name.find('.')), read_sender(file.text, name));
  }
  for (const auto& [name, webhooks] : kDeclared) {
    const std::string text =
        "{connector: 1, id: sender, title: A sender, http: {base_url: 'http://crm.example'}, "
        "records: {}, objects: {contacts: {read: {request: 'GET /contacts/${id}'}}, "
        "companies: {read: {request: 'GET /companies/${id}'}}}, webhooks: {" +
        std::string(webhooks) + "}}";
    senders.emplace_back(name, read_sender(text, std::string(name)));
  }
  return senders;
}

/// The sender of that name, or nullptr.
inline const rest::Definition* sender_named(std::string_view name) {
  static const std::vector<Sender> senders = make_senders();
  for (const auto& [known, definition] : senders)
    if (known == name) return &definition;
  return nullptr;
}

}  // namespace counterpart::fuzz

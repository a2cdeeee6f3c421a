//! The schema of each message type, as Rust code. The names of message types are taken over as they
//! are, so they must be such that prost does not change them: `DrHeader`, not `DRHeader`.

use anyhow::{Context, Result, bail};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use std::fmt::Write;

/// Schemas and `Described` impls of all message types of `package`.
pub(crate) fn code(descriptors: &FileDescriptorSet, package: &str) -> Result<String> {
    let mut code = String::from("\n// Schemas, for the decoder in front of prost.\n");
    for file in &descriptors.file {
        if file.package() == package {
            for message in &file.message_type {
                write_message(&mut code, message, package)?;
            }
        }
    }
    Ok(code)
}

fn write_message(code: &mut String, message: &DescriptorProto, package: &str) -> Result<()> {
    let name = message.name();
    writeln!(
        code,
        "impl ::status_protobuf_wire::Described for {name} {{\n    const SCHEMA: &'static ::status_protobuf_wire::Schema = {};\n}}",
        schema(message, package, 1)?
    )?;
    for nested in &message.nested_type {
        if !nested
            .options
            .as_ref()
            .is_some_and(|options| options.map_entry())
        {
            bail!("{name} nests a message type, which is not provided for");
        }
    }
    Ok(())
}

fn schema(message: &DescriptorProto, package: &str, depth: usize) -> Result<String> {
    let indent = "    ".repeat(depth);
    let mut fields: Vec<_> = message.field.iter().collect();
    fields.sort_by_key(|field| field.number());
    let is_entry = message
        .options
        .as_ref()
        .is_some_and(|options| options.map_entry());
    let mut code = format!(
        "&::status_protobuf_wire::Schema {{\n{indent}    name: \"{}\",\n{indent}    refuses_number_0: {},\n{indent}    fields: &[\n",
        message.name(),
        !is_entry
    );
    for field in fields {
        let oneof = match field.oneof_index {
            Some(index) if !field.proto3_optional() => format!("Some({index})"),
            _ => "None".into(),
        };
        writeln!(
            code,
            "{indent}        ::status_protobuf_wire::Field {{ number: {}, name: \"{}\", kind: {}, oneof: {oneof} }},",
            field.number(),
            field.name(),
            kind(message, field, package, depth + 2)?
        )?;
    }
    write!(code, "{indent}    ],\n{indent}}}")?;
    Ok(code)
}

fn kind(
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
    package: &str,
    depth: usize,
) -> Result<String> {
    let kind = match field.r#type() {
        Type::Int32
        | Type::Int64
        | Type::Uint32
        | Type::Uint64
        | Type::Sint32
        | Type::Sint64
        | Type::Bool
        | Type::Enum => "Varint",
        Type::Fixed64 | Type::Sfixed64 | Type::Double => "Fixed64",
        Type::Fixed32 | Type::Sfixed32 | Type::Float => "Fixed32",
        Type::Bytes => return Ok("::status_protobuf_wire::Kind::Bytes".into()),
        Type::String => return Ok("::status_protobuf_wire::Kind::Text".into()),
        Type::Message => return message_kind(message, field, package, depth),
        Type::Group => bail!("{} is a group, which is not provided for", field.name()),
    };
    if field.label() == Label::Repeated {
        bail!("{} may be packed, which is not provided for", field.name());
    }
    Ok(format!("::status_protobuf_wire::Kind::{kind}"))
}

fn message_kind(
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
    package: &str,
    depth: usize,
) -> Result<String> {
    let name = field.type_name();
    let entry_prefix = format!(".{package}.{}.", message.name());
    if let Some(entry) = name.strip_prefix(&entry_prefix) {
        let entry = message
            .nested_type
            .iter()
            .find(|nested| nested.name() == entry)
            .with_context(|| format!("no message type {name}"))?;
        let schema = schema(entry, package, depth)?;
        return Ok(format!("::status_protobuf_wire::Kind::Map({schema})"));
    }
    let name = name
        .strip_prefix(&format!(".{package}."))
        .with_context(|| format!("{name} is of another package, which is not provided for"))?;
    Ok(format!(
        "::status_protobuf_wire::Kind::Message(<{} as ::status_protobuf_wire::Described>::SCHEMA)",
        name
    ))
}

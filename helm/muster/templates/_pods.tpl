{{/* What every pod of a component has: (root, values, security). `security` is another context than that of all pods. */}}
{{- define "muster.podCommon" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
enableServiceLinks: false
securityContext:
  {{- toYaml (default .root.Values.podSecurityContext .security) | nindent 2 }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* (root, component) */}}
{{- define "muster.topologySpread" -}}
{{- if .root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range .root.Values.topologySpread }}
  - topologyKey: {{ .topologyKey }}
    maxSkew: {{ .maxSkew }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    # Each version by itself: those that are about to go do not count.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "muster.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* A service account without a token: (root, component, wave) */}}
{{- define "muster.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "muster.metadata" (merge (dict "name" (include "muster.name" .)) .) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}

{{/* Refuses a name that comes twice: (env, component). Gives the list back as YAML. */}}
{{- define "muster.checkedEnv" -}}
{{- $names := list -}}
{{- range .env -}}
{{- if has .name $names -}}
{{- fail (printf "%s.env: %s is set by the chart, or twice" $.component .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- toYaml .env -}}
{{- end -}}

{{/* Settings by their own names, as a properties file. */}}
{{- define "muster.properties" -}}
{{- range $key, $value := . }}
{{ $key | replace "\\" "\\\\" | replace ":" "\\:" | replace "=" "\\=" | replace " " "\\ " }}={{ toString $value | replace "\\" "\\\\" | replace "\n" "\\n" }}
{{- end }}
{{- end -}}

{{/* Where a service answers: (root, component) */}}
{{- define "muster.url" -}}
{{- $facts := include "muster.facts" .component | fromYaml -}}
{{- printf "%s://%s:%v" (ternary "https" "http" (eq (include "muster.speaksHttps" .root) "true")) (include "muster.host" .) $facts.port -}}
{{- end -}}

{{- define "muster.issuerUrl" -}}
{{- printf "http://%s:8086" (include "muster.host" (dict "root" . "component" "issuer")) -}}
{{- end -}}

{{- define "muster.peopleIssuer" -}}
{{- default (printf "%s/people" (include "muster.issuerUrl" .)) .Values.people.issuer -}}
{{- end -}}

{{- define "muster.serviceIssuer" -}}
{{- default (printf "%s/services" (include "muster.issuerUrl" .)) .Values.external.serviceIssuer -}}
{{- end -}}

{{/* The Secret with a service's token: (root, component) */}}
{{- define "muster.tokenSecret" -}}
{{- if .root.Values.external.serviceIssuer -}}
{{- required (printf "external.serviceTokenSecrets.%s: the Secret with its token" .component) (get .root.Values.external.serviceTokenSecrets .component) -}}
{{- else -}}
{{- printf "%s-%s-token" (include "muster.fullname" .root) .component -}}
{{- end -}}
{{- end -}}

{{- define "muster.databaseHost" -}}
{{- if include "muster.hasDatabase" . -}}
{{- include "muster.host" (dict "root" . "component" "database") -}}
{{- else -}}
{{- required "database.host, or database.bundled.enabled to try it out" .Values.database.host -}}
{{- end -}}
{{- end -}}

{{- define "muster.databaseSecret" -}}
{{- if .Values.database.existingSecret -}}
{{- .Values.database.existingSecret -}}
{{- else if include "muster.hasDatabase" . -}}
{{- printf "%s-database" (include "muster.fullname" .) -}}
{{- else -}}
{{- required "database.existingSecret: the Secret with the roles' passwords" "" -}}
{{- end -}}
{{- end -}}

{{- define "muster.sslMode" -}}
{{- default (ternary "disable" "verify-full" (eq (include "muster.hasDatabase" .) "true")) .Values.database.sslMode -}}
{{- end -}}

{{/* The database, as environment variables: (root, component) */}}
{{- define "muster.databaseEnv" -}}
{{- $root := .root -}}
{{- $mode := include "muster.sslMode" $root -}}
{{- $url := printf "postgresql://%s:%v/%s?sslmode=%s" (include "muster.databaseHost" $root) $root.Values.database.port $root.Values.database.name $mode -}}
- name: MUSTER_DATABASE_URL
  value: {{ $url | quote }}
- name: MUSTER_DATABASE_USER
  value: {{ get $root.Values.database.users .component | quote }}
- name: MUSTER_DATABASE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "muster.databaseSecret" $root }}
      key: {{ .component }}
{{- $own := include "muster.databaseOwnSecret" . }}
{{- if $own }}
- name: MUSTER_SERVICES_DATABASE_CERTIFICATE
  value: /var/run/muster/database-own/tls.crt
- name: MUSTER_SERVICES_DATABASE_KEY
  value: /var/run/muster/database-own/tls.key
{{- end }}
{{- $verify := ternary "&sslrootcert=/var/run/muster/database/ca.crt" "" (hasPrefix "verify-" $mode) }}
{{- $show := ternary "&sslcert=/var/run/muster/database-own/tls.crt&sslkey=/var/run/muster/database-own/tls.key&pemKeyAlgorithm=EC" "" (ne $own "") }}
{{- if or $verify $show }}
- name: QUARKUS_DATASOURCE_JDBC_URL
  value: {{ printf "jdbc:%s%s%s" $url $verify $show | quote }}
{{- end }}
{{- if hasPrefix "verify-" $mode }}
- name: MUSTER_DATABASE_CA_FILE
  value: /var/run/muster/database/ca.crt
- name: QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM
  value: "true"
- name: QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS
  value: /var/run/muster/database/ca.crt
{{- if eq $mode "verify-full" }}
- name: QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM
  value: HTTPS
{{- end }}
{{- else if eq $mode "require" }}
- name: QUARKUS_DATASOURCE_REACTIVE_TRUST_ALL
  value: "true"
{{- end }}
{{- end -}}
